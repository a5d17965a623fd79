/// Writes values as TOML.
package enum TOMLText {
  /// A value on one line.
  package static func value(_ value: TOMLValue) -> String {
    switch value {
    case .text(let text): quoted(text)
    case .integer(let number): "\(number)"
    case .float(let number): number.isNaN ? "nan" : "\(number)"
    case .bool(let value): "\(value)"
    case .dateTime(let text): text
    case .list(let nodes): "[" + nodes.map { self.value($0.value) }.joined(separator: ", ") + "]"
    case .table(let table):
      table.isEmpty
        ? "{}"
        : "{ "
          + table.keys.map { key in
            "\(self.key(key)) = \(table[key].map { self.value($0.value) } ?? "")"
          }
          .joined(separator: ", ") + " }"
    }
  }

  /// A key, in quotation marks if it needs them.
  package static func key(_ key: String) -> String {
    !key.isEmpty && key.utf8.allSatisfy(isBare) ? key : quoted(key)
  }

  /// A dotted key.
  package static func key(_ path: some Sequence<String>) -> String {
    path.map { key($0) }.joined(separator: ".")
  }

  static func isBare(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }

  /// A text in quotation marks, with escapes for what a basic string cannot hold.
  package static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value):
        let digits = String(scalar.value, radix: 16, uppercase: true)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
