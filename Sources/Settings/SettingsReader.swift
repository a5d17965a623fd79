/// Reads groups from a table and collects all that is wrong.
package struct SettingsReader {
  package private(set) var problems: [SettingsProblem]
  /// All keys, dotted, and other words for them, for suggestions.
  private let known: [String]
  let aliases: [String: String]
  /// Leave out keys that are not known, as of a newer version.
  private let ignoresUnknown: Bool

  /// Creates a reader.
  ///
  /// - Parameters:
  ///   - known: All keys, dotted.
  ///   - aliases: Other words, dotted, and the keys that they stand for.
  ///   - problems: What is known to be wrong.
  ///   - ignoresUnknown: Leave out keys that are not known.
  package init(
    known: [String], aliases: [String: String] = [:], problems: [SettingsProblem] = [],
    ignoresUnknown: Bool = false
  ) {
    self.known = known
    self.aliases = aliases
    self.ignoresUnknown = ignoresUnknown
    self.problems = problems
  }

  package mutating func record(_ reason: SettingsProblem.Reason, at origin: SettingsOrigin) {
    if ignoresUnknown {
      switch reason {
      case .unknownKey, .argument: return
      default: break
      }
    }
    problems.append(SettingsProblem(at: origin, reason))
  }

  /// The table of a section; nil if there is none or if the value is none.
  package mutating func section(_ path: [String], of root: TOMLTable) -> TOMLTable? {
    guard let node = root.node(at: path) else { return nil }
    if case .table(let table) = node.value { return table }
    record(
      .value(
        key: TOMLText.key(path), found: node.value.summary,
        allowed: "a table, [\(TOMLText.key(path))]"), at: node.origin)
    return nil
  }

  /// Reads the settings of a group.
  ///
  /// - Parameters:
  ///   - group: The defaults.
  ///   - table: What is given.
  ///   - path: The keys before those of the group.
  ///   - ignored: Keys of the table that are not of this group.
  ///   - unknown: Makes the problem of another key; nil: `unknownKey`.
  /// - Returns: The group; a setting that is wrong keeps its default.
  package mutating func read<Group: SettingsGroup>(
    _ group: Group, from table: TOMLTable, at path: [String], ignoring ignored: Set<String> = [],
    unknown: ((String) -> SettingsProblem.Reason)? = nil
  ) -> Group {
    var group = group
    let fields = Dictionary(Group.fields.map { ($0.key, $0) }, uniquingKeysWith: { a, _ in a })
    for key in table.keys where !ignored.contains(key) {
      guard let node = table[key] else { continue }
      let full = TOMLText.key(path + [key])
      guard let field = fields[key] else {
        record(unknown?(key) ?? .unknownKey(full, nearest: nearest(path + [key])), at: node.origin)
        continue
      }
      if let readChoice = field.readChoice {
        readChoice(&group, node, path + [key], &self)
        continue
      }
      switch field.read(&group, node) {
      case nil: break
      case .value(_, let found, let allowed, let nearest)?:
        record(
          .value(key: full, found: found, allowed: allowed, nearest: nearest), at: node.origin)
      case .invalid(_, let problem, let remedy)?:
        record(.invalid(key: full, problem: problem, remedy: remedy), at: node.origin)
      case let reason?: record(reason, at: node.origin)
      }
    }
    return group
  }

  /// Records a key that nothing reads; with the keys of its table, if it is one.
  package mutating func recordUnknown(_ path: [String], _ node: TOMLNode) {
    let suggestion = nearest(path)
    if case .table(let table) = node.value, suggestion == nil, !table.isEmpty {
      for key in table.keys {
        if let inner = table[key] { recordUnknown(path + [key], inner) }
      }
      return
    }
    record(.unknownKey(TOMLText.key(path), nearest: suggestion), at: node.origin)
  }

  /// The key that was probably meant.
  package func nearest(_ path: [String]) -> String? {
    let full = path.joined(separator: ".")
    if let key = aliases[full] { return key }
    let (parent, last) = (path.dropLast().joined(separator: "."), path[path.count - 1])
    func name(of key: String) -> String { String(key.split(separator: ".").last ?? "") }
    func table(of key: String) -> String {
      key.split(separator: ".").dropLast().joined(separator: ".")
    }
    let tables = Set(known.map(table(of:))).filter { !$0.isEmpty }.sorted()
    let siblings = (known + tables).filter { table(of: $0) == parent }.map { name(of: $0) }
    if let near = SettingsNames.nearest(to: last, among: siblings) {
      return parent.isEmpty ? near : "\(parent).\(near)"
    }
    // The right key in the wrong table, or in none.
    if let key = known.first(where: { name(of: $0) == last }) { return key }
    if let key = aliases.sorted(by: { $0.key < $1.key }).first(where: { name(of: $0.key) == last })
    {
      return key.value
    }
    if let near = SettingsNames.nearest(to: parent, among: tables), near != parent,
      known.contains("\(near).\(last)")
    {
      return "\(near).\(last)"
    }
    return nil
  }
}
