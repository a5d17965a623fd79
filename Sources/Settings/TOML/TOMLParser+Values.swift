extension TOMLParser {
  mutating func value(depth: Int) throws(Fault) -> TOMLNode {
    guard depth <= Self.maximumDepth else {
      throw Fault("values are nested more than \(Self.maximumDepth) levels deep")
    }
    let origin = origin
    switch next {
    case nil, 0x0A, 0x0D: throw Fault("a value is missing")
    case UInt8(ascii: "\""):
      return TOMLNode(
        .text(follows("\"\"\"") ? try multilineBasicText() : try basicText()), at: origin)
    case UInt8(ascii: "'"):
      return TOMLNode(
        .text(follows("'''") ? try multilineLiteralText() : try literalText()), at: origin)
    case UInt8(ascii: "["): return TOMLNode(.list(try list(depth)), at: origin)
    case UInt8(ascii: "{"): return TOMLNode(.table(try inlineTable(depth)), at: origin)
    default: return try plain(origin)
    }
  }

  private mutating func list(_ depth: Int) throws(Fault) -> [TOMLNode] {
    at += 1
    var nodes: [TOMLNode] = []
    while true {
      try skipSpace()
      if next == UInt8(ascii: "]") { break }
      guard next != nil else { throw Fault("\"]\" is missing at the end of a list") }
      nodes.append(try value(depth: depth + 1))
      try skipSpace()
      if next == UInt8(ascii: ",") {
        at += 1
      } else if next != UInt8(ascii: "]") {
        throw Fault("a comma or \"]\" is missing in a list")
      }
    }
    at += 1
    return nodes
  }

  /// Skips blanks, comments and line ends.
  private mutating func skipSpace() throws(Fault) {
    repeat {
      skipBlanks()
      try skipComment()
    } while skipNewline()
  }

  private mutating func inlineTable(_ depth: Int) throws(Fault) -> TOMLTable {
    at += 1
    let table = TOMLBuilder(.inline, line: line)
    skipBlanks()
    if next == UInt8(ascii: "}") {
      at += 1
      return table.table(file)
    }
    while true {
      skipBlanks()
      try assignment(in: table, depth: depth + 1)
      skipBlanks()
      if next == UInt8(ascii: "}") { break }
      guard next == UInt8(ascii: ",") else {
        throw Fault("a comma or \"}\" is missing in a table in braces, which is on one line")
      }
      at += 1
    }
    at += 1
    return table.table(file)
  }

  /// Reads a number, a boolean, or a date.
  private mutating func plain(_ origin: SettingsOrigin) throws(Fault) -> TOMLNode {
    func isPart(_ byte: UInt8) -> Bool {
      TOMLText.isBare(byte) || byte == UInt8(ascii: "+") || byte == UInt8(ascii: ".")
        || byte == UInt8(ascii: ":")
    }
    let start = at
    while let byte = next, isPart(byte) { at += 1 }
    // A date and a time may have a blank between them.
    if at - start == 10, next == 0x20, at + 1 < bytes.count,
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[at + 1]),
      TOMLScalar.dateTime(Array(bytes[start..<at]))
    {
      at += 1
      while let byte = next, isPart(byte) { at += 1 }
    }
    let token = Array(bytes[start..<at])
    if !token.isEmpty, let value = try TOMLScalar.value(token) {
      return TOMLNode(value, at: origin)
    }
    if allowsWords {
      while let byte = next, !Self.endsWord(byte) { at += 1 }
      let word = String(decoding: bytes[start..<at], as: UTF8.self)
      if !word.isEmpty { return TOMLNode(.text(word), at: origin, raw: word) }
    }
    guard !token.isEmpty else { throw Fault("there is \(glimpse) where a value is expected") }
    throw Fault(
      "\(TOMLText.quoted(String(decoding: token.prefix(60), as: UTF8.self)).dropFirst().dropLast()) is no "
        + "value; a text is in quotation marks")
  }

  private static func endsWord(_ byte: UInt8) -> Bool {
    [UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: "["), UInt8(ascii: "{")]
      .contains(byte) || isControl(byte)
  }
}

/// Numbers, booleans and dates.
enum TOMLScalar {
  private static let digits = UInt8(ascii: "0")...UInt8(ascii: "9")

  /// The value of a word; nil if it is none.
  static func value(_ token: [UInt8]) throws(TOMLParser.Fault) -> TOMLValue? {
    let text = String(decoding: token, as: UTF8.self)
    switch text {
    case "true": return .bool(true)
    case "false": return .bool(false)
    case "inf", "+inf": return .float(.infinity)
    case "-inf": return .float(-.infinity)
    case "nan", "+nan", "-nan": return .float(.nan)
    default: break
    }
    if dateTime(token) { return .dateTime(text) }
    if let number = try integer(token, text) { return .integer(number) }
    return float(token).map { .float($0) }
  }

  private static func integer(_ token: [UInt8], _ text: String) throws(TOMLParser.Fault) -> Int128?
  {
    var digits = token[...]
    var radix = 10
    for (prefix, base) in [("0x", 16), ("0o", 8), ("0b", 2)] where text.hasPrefix(prefix) {
      radix = base
      digits = token.dropFirst(2)
    }
    if radix == 10, let sign = token.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
      digits = token.dropFirst()
    }
    guard
      let plain = withoutUnderscores(
        digits, { Character(UnicodeScalar($0)).hexDigitValue.map { $0 < radix } ?? false })
    else { return nil }
    if radix == 10, plain.count > 1, plain.first == UInt8(ascii: "0") {
      throw TOMLParser.Fault("the number \(text.prefix(60)) has a zero before it")
    }
    let isNegative = radix == 10 && token.first == UInt8(ascii: "-")
    let word = (isNegative ? "-" : "") + String(decoding: plain, as: UTF8.self)
    guard plain.count <= 64, let number = Int128(word, radix: radix),
      number >= Int128(Int64.min), number <= Int128(UInt64.max)
    else { throw TOMLParser.Fault("the number \(text.prefix(60)) does not fit into 64 bits") }
    return number
  }

  private static func float(_ token: [UInt8]) -> Double? {
    var rest = token[...]
    func digits(_ part: inout ArraySlice<UInt8>) -> [UInt8]? {
      let found = part.prefix { Self.digits.contains($0) || $0 == UInt8(ascii: "_") }
      part = part.dropFirst(found.count)
      return withoutUnderscores(found) { Self.digits.contains($0) }
    }
    func sign(_ part: inout ArraySlice<UInt8>) -> [UInt8] {
      guard let byte = part.first, byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") else {
        return []
      }
      part = part.dropFirst()
      return [byte]
    }
    var plain = sign(&rest)
    guard let whole = digits(&rest), whole.count == 1 || whole.first != UInt8(ascii: "0") else {
      return nil
    }
    plain += whole
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      guard let fraction = digits(&rest) else { return nil }
      plain += [UInt8(ascii: ".")] + fraction
    }
    if let byte = rest.first, byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
      rest = rest.dropFirst()
      plain += [byte] + sign(&rest)
      guard let exponent = digits(&rest) else { return nil }
      plain += exponent
    }
    guard rest.isEmpty else { return nil }
    return Double(String(decoding: plain, as: UTF8.self))
  }

  /// Digits without the underscores between them; nil if an underscore is not between digits.
  private static func withoutUnderscores(
    _ bytes: ArraySlice<UInt8>, _ isDigit: (UInt8) -> Bool
  ) -> [UInt8]? {
    guard let first = bytes.first, let last = bytes.last, isDigit(first), isDigit(last) else {
      return nil
    }
    var plain: [UInt8] = []
    var wasDigit = false
    for byte in bytes {
      if byte == UInt8(ascii: "_") {
        guard wasDigit else { return nil }
        wasDigit = false
      } else {
        guard isDigit(byte) else { return nil }
        plain.append(byte)
        wasDigit = true
      }
    }
    return plain
  }

  /// Whether a word is a date, a time, or both (RFC 3339).
  static func dateTime(_ token: [UInt8]) -> Bool {
    var rest = token[...]
    func number(_ count: Int, _ range: ClosedRange<Int>) -> Int? {
      let part = rest.prefix(count)
      guard part.count == count, part.allSatisfy({ digits.contains($0) }) else { return nil }
      rest = rest.dropFirst(count)
      let value = part.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
      return range.contains(value) ? value : nil
    }
    func skip(_ characters: StaticString) -> Bool {
      guard let byte = rest.first,
        (0..<characters.utf8CodeUnitCount).contains(where: { characters.utf8Start[$0] == byte })
      else { return false }
      rest = rest.dropFirst()
      return true
    }
    func time() -> Bool {
      guard number(2, 0...23) != nil, skip(":"), number(2, 0...59) != nil, skip(":"),
        number(2, 0...60) != nil
      else { return false }
      guard skip(".") else { return true }
      let fraction = rest.prefix { digits.contains($0) }
      rest = rest.dropFirst(fraction.count)
      return !fraction.isEmpty
    }
    guard token.count >= 8 else { return false }
    if token[2] == UInt8(ascii: ":") { return time() && rest.isEmpty }
    guard let year = number(4, 0...9999), skip("-"), let month = number(2, 1...12), skip("-") else {
      return false
    }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    guard number(2, 1...days) != nil else { return false }
    if rest.isEmpty { return true }
    guard skip("Tt "), time() else { return false }
    if rest.isEmpty || skip("Zz") { return rest.isEmpty }
    return skip("+-") && number(2, 0...23) != nil && skip(":") && number(2, 0...59) != nil
      && rest.isEmpty
  }
}
