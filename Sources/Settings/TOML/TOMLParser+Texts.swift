extension TOMLParser {
  /// Reads `"…"`.
  mutating func basicText() throws(Fault) -> String {
    at += 1
    var text: [UInt8] = []
    while let byte = next, byte != UInt8(ascii: "\"") {
      guard byte != 0x0A, byte != 0x0D else { break }
      guard !Self.isControl(byte) else { throw Fault("a text has a control character") }
      if byte == UInt8(ascii: "\\") {
        try escape(&text)
      } else {
        text.append(byte)
        at += 1
      }
    }
    guard next == UInt8(ascii: "\"") else { throw Fault("the closing quotation mark is missing") }
    at += 1
    return String(decoding: text, as: UTF8.self)
  }

  /// Reads `'…'`.
  mutating func literalText() throws(Fault) -> String {
    at += 1
    let start = at
    while let byte = next, byte != UInt8(ascii: "'"), byte != 0x0A, byte != 0x0D {
      guard !Self.isControl(byte) else { throw Fault("a text has a control character") }
      at += 1
    }
    guard next == UInt8(ascii: "'") else { throw Fault("the closing quotation mark is missing") }
    at += 1
    return String(decoding: bytes[start..<at - 1], as: UTF8.self)
  }

  /// Reads `"""…"""`.
  mutating func multilineBasicText() throws(Fault) -> String {
    let first = line
    at += 3
    _ = skipNewline()
    var text: [UInt8] = []
    while let byte = next {
      if try endsMultiline(UInt8(ascii: "\""), &text) {
        return String(decoding: text, as: UTF8.self)
      }
      if byte == UInt8(ascii: "\\") {
        if !skipFoldedLines() { try escape(&text) }
      } else {
        try multilineByte(&text)
      }
    }
    throw Fault("the \"\"\" of line \(first) has no end")
  }

  /// Reads `'''…'''`.
  mutating func multilineLiteralText() throws(Fault) -> String {
    let first = line
    at += 3
    _ = skipNewline()
    var text: [UInt8] = []
    while next != nil {
      if try endsMultiline(UInt8(ascii: "'"), &text) {
        return String(decoding: text, as: UTF8.self)
      }
      try multilineByte(&text)
    }
    throw Fault("the ''' of line \(first) has no end")
  }

  private mutating func multilineByte(_ text: inout [UInt8]) throws(Fault) {
    let start = at
    if skipNewline() {
      text += bytes[start..<at]
      return
    }
    guard let byte = next, !Self.isControl(byte) else {
      throw Fault("a text has a control character")
    }
    text.append(byte)
    at += 1
  }

  /// Takes quotation marks; true if they end the text, which may end with one or two of its own.
  private mutating func endsMultiline(_ mark: UInt8, _ text: inout [UInt8]) throws(Fault) -> Bool {
    var count = 0
    while count < 6, at + count < bytes.count, bytes[at + count] == mark { count += 1 }
    guard count > 0 else { return false }
    guard count < 6 else { throw Fault("a text ends with more than five quotation marks") }
    at += count
    text += [UInt8](repeating: mark, count: count < 3 ? count : count - 3)
    return count >= 3
  }

  /// Skips a backslash at the end of a line, and all blanks and line ends behind it.
  private mutating func skipFoldedLines() -> Bool {
    let (start, startLine) = (at, line)
    at += 1
    skipBlanks()
    guard skipNewline() else {
      (at, line) = (start, startLine)
      return false
    }
    repeat { skipBlanks() } while skipNewline()
    return true
  }

  private mutating func escape(_ text: inout [UInt8]) throws(Fault) {
    at += 1
    guard let byte = next else { throw Fault("the closing quotation mark is missing") }
    switch byte {
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): text.append(byte)
    case UInt8(ascii: "u"), UInt8(ascii: "U"):
      let count = byte == UInt8(ascii: "u") ? 4 : 8
      let digits = bytes[min(at + 1, bytes.count)...].prefix(count)
      guard digits.count == count,
        digits.allSatisfy({ UnicodeScalar($0).properties.isASCIIHexDigit }),
        let code = UInt32(String(decoding: digits, as: UTF8.self), radix: 16),
        let scalar = UnicodeScalar(code)
      else {
        throw Fault("\\\(UnicodeScalar(byte)) has \(count) hexadecimal digits of a character")
      }
      text += Array(String(Character(scalar)).utf8)
      at += count
    default:
      throw Fault("there is no escape \\\(UnicodeScalar(byte < 0x7F && byte > 0x20 ? byte : 0x3F))")
    }
    at += 1
  }
}
