/// Reads a JSON text (RFC 8259) strictly: valid UTF-8, no repeated names, finite numbers, bounded depth.
///
/// Foundation's decoder takes the last of repeated names and describes errors in its own words.
struct JSONParser {
  private let bytes: [UInt8]
  private var at = 0

  private static let maximumDepth = 64

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  static func parse(_ bytes: [UInt8]) throws(JSONFault) -> JSONValue {
    guard String(validating: bytes, as: UTF8.self) != nil else {
      throw JSONFault("it is not UTF-8 text")
    }
    var parser = JSONParser(bytes)
    let value = try parser.value(depth: 0)
    parser.skipSpace()
    guard parser.at == bytes.count else { throw parser.fault("there is text after the end") }
    return value
  }

  private func fault(_ problem: String) -> JSONFault {
    let line = bytes.prefix(at).count { $0 == UInt8(ascii: "\n") } + 1
    return JSONFault(line: line, problem)
  }

  private var next: UInt8? { at < bytes.count ? bytes[at] : nil }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
  }

  private mutating func skipSpace() {
    while let byte = next, Self.isSpace(byte) { at += 1 }
  }

  private mutating func value(depth: Int) throws(JSONFault) -> JSONValue {
    guard depth <= Self.maximumDepth else {
      throw fault("it is nested more than \(Self.maximumDepth) levels deep")
    }
    skipSpace()
    switch next {
    case nil: throw fault(at == 0 ? "it is empty" : "it ends too early")
    case UInt8(ascii: "{"): return try object(depth)
    case UInt8(ascii: "["): return try list(depth)
    case UInt8(ascii: "\""): return .text(try text())
    default: return try plain()
    }
  }

  private mutating func object(_ depth: Int) throws(JSONFault) -> JSONValue {
    at += 1
    var members: [String: JSONValue] = [:]
    skipSpace()
    if next == UInt8(ascii: "}") {
      at += 1
      return .object([:])
    }
    while true {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw fault("a name in quotation marks is missing") }
      let name = try text()
      skipSpace()
      guard next == UInt8(ascii: ":") else { throw fault("a colon is missing") }
      at += 1
      let value = try value(depth: depth + 1)
      guard members.updateValue(value, forKey: name) == nil else {
        throw fault("the name \(JSONValue.text(name).summary) is repeated")
      }
      if try !goesOn(UInt8(ascii: "}")) { return .object(members) }
    }
  }

  private mutating func list(_ depth: Int) throws(JSONFault) -> JSONValue {
    at += 1
    var values: [JSONValue] = []
    skipSpace()
    if next == UInt8(ascii: "]") {
      at += 1
      return .list([])
    }
    while true {
      values.append(try value(depth: depth + 1))
      if try !goesOn(UInt8(ascii: "]")) { return .list(values) }
    }
  }

  /// Reads a comma (true) or the end (false).
  private mutating func goesOn(_ end: UInt8) throws(JSONFault) -> Bool {
    skipSpace()
    guard let byte = next else { throw fault("it ends too early") }
    guard byte == end || byte == UInt8(ascii: ",") else {
      throw fault("a comma or \"\(Character(UnicodeScalar(end)))\" is missing")
    }
    at += 1
    return byte != end
  }

  private mutating func text() throws(JSONFault) -> String {
    at += 1
    let start = at
    var isPlain = true
    while let byte = next, byte != UInt8(ascii: "\"") {
      guard byte >= 0x20 else { throw fault("there is a control character in a text") }
      isPlain = isPlain && byte != UInt8(ascii: "\\")
      at += byte == UInt8(ascii: "\\") ? 2 : 1
    }
    guard at < bytes.count else { throw fault("a text in quotation marks does not end") }
    let raw = bytes[start..<at]
    at += 1
    return isPlain ? String(decoding: raw, as: UTF8.self) : try unescaped(raw)
  }

  private func unescaped(_ raw: ArraySlice<UInt8>) throws(JSONFault) -> String {
    var units: [UInt16] = []
    var plain: [UInt8] = []
    func endPlain(_ units: inout [UInt16], _ plain: inout [UInt8]) {
      units += Array(String(decoding: plain, as: UTF8.self).utf16)
      plain = []
    }
    var i = raw.startIndex
    while i < raw.endIndex {
      guard raw[i] == UInt8(ascii: "\\") else {
        plain.append(raw[i])
        i += 1
        continue
      }
      endPlain(&units, &plain)
      switch raw[i + 1] {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"):
        units.append(UInt16(raw[i + 1]))
      case UInt8(ascii: "b"): units.append(8)
      case UInt8(ascii: "f"): units.append(12)
      case UInt8(ascii: "n"): units.append(10)
      case UInt8(ascii: "r"): units.append(13)
      case UInt8(ascii: "t"): units.append(9)
      case UInt8(ascii: "u"):
        let digits = raw[(i + 2)...].prefix(4)
        guard digits.count == 4,
          digits.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit && $0 < 0x80 }),
          let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw fault("\\u has four hexadecimal digits") }
        units.append(unit)
        i += 4
      default: throw fault("there is an unknown escape after a backslash")
      }
      i += 2
    }
    endPlain(&units, &plain)
    guard let text = String(validating: units, as: UTF16.self) else {
      throw fault("there is half of a surrogate pair in a text")
    }
    return text
  }

  private static func endsWord(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}")
      || byte == UInt8(ascii: ":")
  }

  private mutating func plain() throws(JSONFault) -> JSONValue {
    let start = at
    while let byte = next, !Self.isSpace(byte), !Self.endsWord(byte) { at += 1 }
    let word = String(decoding: bytes[start..<at], as: UTF8.self)
    switch word {
    case "null": return .null
    case "true": return .bool(true)
    case "false": return .bool(false)
    default:
      guard Self.isNumber(bytes[start..<at]) else {
        throw fault("\(JSONValue.text(word).summary) is not JSON")
      }
      guard word.count < 400, let number = Double(word), number.isFinite else {
        throw fault("the number \(JSONValue.number(word).summary) is too large")
      }
      return .number(word)
    }
  }

  /// `-`, digits without a leading zero, a fraction, an exponent.
  private static func isNumber(_ word: ArraySlice<UInt8>) -> Bool {
    var rest = word[...]
    func digits() -> Int {
      let count = rest.prefix { (0x30...0x39).contains($0) }.count
      rest = rest.dropFirst(count)
      return count
    }
    if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
    let leadsWithZero = rest.first == 0x30
    let whole = digits()
    guard whole > 0, !leadsWithZero || whole == 1 else { return false }
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      guard digits() > 0 else { return false }
    }
    if let e = rest.first, e == UInt8(ascii: "e") || e == UInt8(ascii: "E") {
      rest = rest.dropFirst()
      if let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
        rest = rest.dropFirst()
      }
      guard digits() > 0 else { return false }
    }
    return rest.isEmpty
  }
}
