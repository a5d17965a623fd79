/// A value of a TOML text.
package indirect enum TOMLValue: Sendable, Equatable {
  case text(String)
  /// From -2^63 to 2^64 - 1.
  case integer(Int128)
  case float(Double)
  case bool(Bool)
  /// A date, a time or both, as written.
  case dateTime(String)
  case list([TOMLNode])
  case table(TOMLTable)

  /// A short description for messages: `"crop"`, `-4`, "a list of 3 values".
  package var summary: String {
    switch self {
    case .text(let text):
      let (limit, shown) = (60, text.prefix(61))
      return shown.count <= limit
        ? TOMLText.quoted(text) : TOMLText.quoted("\(shown.prefix(limit))…")
    case .list(let nodes) where nodes.count > 8: return "a list of \(nodes.count) values"
    case .table: return "a table"
    default: return TOMLText.value(self)
    }
  }
}

/// A value with its place.
package struct TOMLNode: Sendable {
  package var value: TOMLValue
  package var origin: SettingsOrigin
  /// The words of an argument, which are a text where a text is wanted.
  package var raw: String?

  package init(_ value: TOMLValue, at origin: SettingsOrigin = .none, raw: String? = nil) {
    self.value = value
    self.origin = origin
    self.raw = raw
  }
}

extension TOMLNode: Equatable {
  /// Equal if the values are, wherever they stand.
  package static func == (a: TOMLNode, b: TOMLNode) -> Bool { a.value == b.value }
}

/// The keys of a table in their order.
package struct TOMLTable: Sendable {
  package private(set) var keys: [String] = []
  private var nodes: [String: TOMLNode] = [:]
  /// The place of the header or of the first key.
  package var origin: SettingsOrigin

  package init(at origin: SettingsOrigin = .none) { self.origin = origin }

  package init(_ entries: KeyValuePairs<String, TOMLValue>) {
    self.init()
    for (key, value) in entries { self[key] = TOMLNode(value) }
  }

  package var isEmpty: Bool { keys.isEmpty }

  /// The value of a key; nil if there is none.
  package subscript(key: String) -> TOMLNode? {
    get { nodes[key] }
    set {
      if let newValue {
        if nodes.updateValue(newValue, forKey: key) == nil { keys.append(key) }
      } else if nodes.removeValue(forKey: key) != nil {
        keys.removeAll { $0 == key }
      }
    }
  }

  /// The table of a key; nil if there is none.
  package func table(_ key: String) -> TOMLTable? {
    if case .table(let table)? = nodes[key]?.value { table } else { nil }
  }

  /// The value at a path; nil if there is none.
  package func node(at path: some Collection<String>) -> TOMLNode? {
    guard let key = path.first, let node = nodes[key] else { return nil }
    let rest = path.dropFirst()
    if rest.isEmpty { return node }
    guard case .table(let table) = node.value else { return nil }
    return table.node(at: rest)
  }

  /// Sets or removes the value at a path; tables on the way are created, other values there are replaced.
  package mutating func set(_ node: TOMLNode?, at path: some Collection<String>) {
    guard let key = path.first else { return }
    let rest = path.dropFirst()
    if rest.isEmpty {
      self[key] = node
    } else if var inner = table(key) ?? (node == nil ? nil : TOMLTable(at: node?.origin ?? .none)) {
      inner.set(node, at: rest)
      self[key] = TOMLNode(.table(inner), at: inner.origin)
    }
  }
}

extension TOMLTable: Equatable {
  /// Equal if keys and values are, in any order.
  package static func == (a: TOMLTable, b: TOMLTable) -> Bool { a.nodes == b.nodes }
}
