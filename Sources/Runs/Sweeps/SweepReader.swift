import Files
import Settings

/// Reads `[sweep.values]`.
struct SweepReader {
  private(set) var axes: [SweepAxis] = []
  private static let prefix = [SweepSettings.key, SweepSettings.valuesKey]
  private static let known = Set(TrainingPlan.knownKeys)
  /// Tables of settings, such as "optimizer" and "callbacks.mixup".
  private static let tables: Set<String> = {
    var tables: Set<String> = []
    for key in TrainingPlan.knownKeys {
      let parts = key.split(separator: ".")
      for count in 1..<max(parts.count, 1) {
        tables.insert(parts.prefix(count).joined(separator: "."))
      }
    }
    return tables
  }()

  /// Reads the values of settings, with dotted keys or in tables.
  mutating func read(_ table: TOMLTable, _ reader: inout SettingsReader, at path: [String] = []) {
    for name in table.keys {
      guard let node = table[name] else { continue }
      let path =
        path + name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
      let key = path.joined(separator: ".")
      if Self.tables.contains(key), case .table(let inner) = node.value, inner["choices"] == nil {
        read(inner, &reader, at: path)
      } else if Self.known.contains(key) || Self.tables.contains(key) {
        add(path, node, &reader)
      } else {
        let nearest = reader.nearest(path)
        reader.record(
          .unknownKey((Self.prefix + [key]).joined(separator: "."), nearest: nearest),
          at: node.origin)
      }
    }
  }

  private mutating func add(_ path: [String], _ node: TOMLNode, _ reader: inout SettingsReader) {
    let key = TOMLText.key(path)
    func refuse(_ problem: String, _ remedy: String? = nil) {
      reader.record(.invalid(key: key, problem: problem, remedy: remedy), at: node.origin)
    }
    let other = axes.first { axis in
      zip(axis.path, path).allSatisfy { $0 == $1 }
    }
    if let other {
      return refuse(
        other.path == path
          ? "its values are given twice" : "it is varied with \(TOMLText.key(other.path)) already")
    }
    guard let values = values(path, node, &reader) else { return }
    axes.append(SweepAxis(path: path, values: values, origin: node.origin))
  }

  private func values(
    _ path: [String], _ node: TOMLNode, _ reader: inout SettingsReader
  ) -> SweepAxis.Values? {
    let key = TOMLText.key(path)
    func refuse(_ problem: String, _ remedy: String? = nil) {
      reader.record(.invalid(key: key, problem: problem, remedy: remedy), at: node.origin)
    }
    switch node.value {
    case .list(let nodes): return choices(key, nodes, node, &reader)
    case .table(let table) where table["choices"] != nil:
      for name in table.keys where name != "choices" {
        refuse("a list of choices has no \"\(name)\"")
      }
      guard let inner = table["choices"], case .list(let nodes) = inner.value else {
        refuse("choices is no list")
        return nil
      }
      return choices(key, nodes, node, &reader)
    case .table(let table):
      let count = reader.problems.count
      let range = reader.read(SweepRange(), from: table, at: Self.prefix + [key])
      for name in ["from", "to"] where table[name] == nil {
        refuse(
          "\(name) is missing", "give a list, { from = 1e-4, to = 1e-2 } or { choices = [...] }")
      }
      guard reader.problems.count == count else { return nil }
      guard range.from.value < range.to.value else {
        refuse("from is \(range.from.value), but must be below to, \(range.to.value)")
        return nil
      }
      guard range.scale == .linear || range.from.value > 0 else {
        refuse("from is \(range.from.value), but must be above 0 on a log scale")
        return nil
      }
      return .range(range)
    default:
      refuse(
        "its values are \(node.value.summary)",
        "give a list, { from = 1e-4, to = 1e-2 } or { choices = [...] }")
      return nil
    }
  }

  private func choices(
    _ key: String, _ nodes: [TOMLNode], _ list: TOMLNode, _ reader: inout SettingsReader
  ) -> SweepAxis.Values? {
    guard !nodes.isEmpty else {
      reader.record(
        .invalid(key: key, problem: "the list of its values is empty", remedy: "give at least one"),
        at: list.origin)
      return nil
    }
    for (place, node) in nodes.enumerated() where nodes[..<place].contains(node) {
      reader.record(
        .invalid(key: key, problem: "\(node.value.summary) is given twice", remedy: "remove one"),
        at: node.origin)
      return nil
    }
    return .choices(nodes)
  }
}
