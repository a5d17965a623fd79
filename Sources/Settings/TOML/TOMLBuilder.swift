/// A table that is being read, with what TOML says about defining it twice.
final class TOMLBuilder {
  enum Kind {
    /// By a longer header, such as `a` by `[a.b]`: a header of its own may follow.
    case implied
    /// By a header.
    case header
    /// By dotted keys: it can only grow by more of them in the same table.
    case dotted
    /// In braces: complete.
    case inline
  }

  enum Item {
    case value(TOMLNode)
    case table(TOMLBuilder)
    case tables(Elements)
  }

  /// The tables of `[[name]]`; a class, so that it grows in place.
  final class Elements {
    var list: [TOMLBuilder]
    init(_ first: TOMLBuilder) { list = [first] }
  }

  private(set) var kind: Kind
  private(set) var line: Int
  private var keys: [String] = []
  private var items: [String: (item: Item, line: Int)] = [:]

  init(_ kind: Kind, line: Int) {
    self.kind = kind
    self.line = line
  }

  private func put(_ item: Item, _ key: String, _ line: Int) {
    if items.updateValue((item, line), forKey: key) == nil { keys.append(key) }
  }

  private func repeated(_ path: some Sequence<String>, _ first: Int) -> TOMLParser.Fault {
    TOMLParser.Fault("the key \"\(TOMLText.key(path))\" is on line \(first) already")
  }

  /// Sets the value of a dotted key.
  func insert(_ node: TOMLNode, at path: [String], line: Int) throws(TOMLParser.Fault) {
    var table = self
    for (index, key) in path.dropLast().enumerated() {
      switch table.items[key] {
      case nil:
        let inner = TOMLBuilder(.dotted, line: line)
        table.put(.table(inner), key, line)
        table = inner
      case (.table(let inner), _)? where inner.kind == .dotted: table = inner
      case (_, let first)?: throw repeated(path[...index], first)
      }
    }
    let key = path[path.count - 1]
    if let first = table.items[key]?.line { throw repeated(path, first) }
    var value = node
    if case .file(let file, _) = node.origin { value.origin = .file(file, line: line) }
    table.put(.value(value), key, line)
  }

  /// Opens the table of a header.
  func open(
    _ path: [String], isElement: Bool, line: Int
  ) throws(TOMLParser.Fault) -> TOMLBuilder {
    var table = self
    for (index, key) in path.dropLast().enumerated() {
      switch table.items[key] {
      case nil:
        let inner = TOMLBuilder(.implied, line: line)
        table.put(.table(inner), key, line)
        table = inner
      case (.table(let inner), let first)?:
        guard inner.kind != .inline else { throw repeated(path[...index], first) }
        table = inner
      case (.tables(let elements), _)?: table = elements.list[elements.list.count - 1]
      case (.value, let first)?: throw repeated(path[...index], first)
      }
    }
    let key = path[path.count - 1]
    switch (table.items[key], isElement) {
    case (nil, false):
      let inner = TOMLBuilder(.header, line: line)
      table.put(.table(inner), key, line)
      return inner
    case (nil, true):
      let inner = TOMLBuilder(.header, line: line)
      table.put(.tables(Elements(inner)), key, line)
      return inner
    case ((.tables(let elements), _)?, true):
      let inner = TOMLBuilder(.header, line: line)
      elements.list.append(inner)
      return inner
    case ((.table(let inner), _)?, false) where inner.kind == .implied:
      inner.kind = .header
      inner.line = line
      return inner
    case ((_, let first)?, _):
      throw TOMLParser.Fault("the table \"\(TOMLText.key(path))\" is on line \(first) already")
    }
  }

  /// The table as a value.
  func table(_ file: String?) -> TOMLTable {
    func origin(_ line: Int) -> SettingsOrigin { file.map { .file($0, line: line) } ?? .none }
    var table = TOMLTable(at: origin(line))
    for key in keys {
      switch items[key] {
      case nil: break
      case (.value(let node), _)?: table[key] = node
      case (.table(let inner), let line)?:
        table[key] = TOMLNode(.table(inner.table(file)), at: origin(line))
      case (.tables(let elements), let line)?:
        table[key] = TOMLNode(
          .list(elements.list.map { TOMLNode(.table($0.table(file)), at: origin($0.line)) }),
          at: origin(line))
      }
    }
    return table
  }
}
