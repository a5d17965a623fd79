/// As JSON: tables are objects, lists are arrays; dates are texts. What is null is left out.
extension TOMLValue: Codable {
  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue _: Int) { nil }
  }

  /// Decodes a value.
  package init(from decoder: any Decoder) throws {
    if let fields = try? decoder.container(keyedBy: Key.self) {
      var table = TOMLTable()
      for key in fields.allKeys.sorted(by: { $0.stringValue < $1.stringValue })
      where try !fields.decodeNil(forKey: key) {
        table[key.stringValue] = TOMLNode(try fields.decode(TOMLValue.self, forKey: key))
      }
      self = .table(table)
    } else if var elements = try? decoder.unkeyedContainer() {
      var nodes: [TOMLNode] = []
      while !elements.isAtEnd { nodes.append(TOMLNode(try elements.decode(TOMLValue.self))) }
      self = .list(nodes)
    } else {
      let value = try decoder.singleValueContainer()
      if let bool = try? value.decode(Bool.self) {
        self = .bool(bool)
      } else if let number = try? value.decode(Int64.self) {
        self = .integer(Int128(number))
      } else if let number = try? value.decode(UInt64.self) {
        self = .integer(Int128(number))
      } else if let number = try? value.decode(Double.self) {
        self = .float(number)
      } else {
        self = .text(try value.decode(String.self))
      }
    }
  }

  /// Encodes the value.
  package func encode(to encoder: any Encoder) throws {
    switch self {
    case .table(let table):
      var fields = encoder.container(keyedBy: Key.self)
      for key in table.keys {
        try fields.encodeIfPresent(table[key]?.value, forKey: Key(stringValue: key))
      }
    case .list(let nodes):
      var elements = encoder.unkeyedContainer()
      for node in nodes { try elements.encode(node.value) }
    default:
      var value = encoder.singleValueContainer()
      switch self {
      case .bool(let bool): try value.encode(bool)
      case .integer(let number):
        if let small = Int64(exactly: number) {
          try value.encode(small)
        } else {
          try value.encode(UInt64(clamping: number))
        }
      case .float(let number): try value.encode(number)
      case .text(let text), .dateTime(let text): try value.encode(text)
      case .table, .list: break
      }
    }
  }
}
