/// Reads TOML 1.0 strictly, with the line of every key, and goes on behind an error to find them all.
///
/// Nesting, parts of a key and errors are limited; no input traps or takes more than time proportional to its size.
package struct TOMLParser {
  let bytes: [UInt8]
  var at = 0
  var line = 1
  let file: String?
  /// The argument that holds the text; nil: a file.
  let argument: String?
  /// Whether a word without quotation marks is a text.
  var allowsWords = false
  var problems: [SettingsProblem] = []

  /// What is wrong at the current line, as a clause.
  struct Fault: Error {
    let problem: String
    init(_ problem: String) { self.problem = problem }
  }

  static let maximumDepth = 32
  private static let maximumProblems = 100

  init(_ bytes: [UInt8], file: String? = nil, argument: String? = nil) {
    self.bytes = bytes
    self.file = file
    self.argument = argument
  }

  /// Parses a text.
  ///
  /// - Parameters:
  ///   - bytes: The text; a byte order mark is ignored.
  ///   - file: The name of the file in messages.
  /// - Returns: What could be read, and all that is wrong.
  package static func parse(
    _ bytes: [UInt8], file: String
  ) -> (table: TOMLTable, problems: [SettingsProblem]) {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let bytes = bytes.starts(with: mark) ? Array(bytes.dropFirst(3)) : bytes
    var parser = TOMLParser(bytes, file: file)
    guard String(validating: bytes, as: UTF8.self) != nil else {
      for part in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
        if String(validating: part, as: UTF8.self) == nil { break }
        parser.line += 1
      }
      parser.record("it is not UTF-8 text")
      return (TOMLTable(), parser.problems)
    }
    let table = parser.document()
    return (table, parser.problems)
  }

  var origin: SettingsOrigin {
    argument.map { .argument($0) } ?? file.map { .file($0, line: line) } ?? .none
  }

  mutating func record(_ problem: String) {
    problems.append(SettingsProblem(at: origin, .syntax(problem)))
  }

  // MARK: Characters

  var next: UInt8? { at < bytes.count ? bytes[at] : nil }

  func follows(_ text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard at + count <= bytes.count else { return false }
    return (0..<count).allSatisfy { bytes[at + $0] == text.utf8Start[$0] }
  }

  mutating func skipBlanks() {
    while let byte = next, byte == 0x20 || byte == 0x09 { at += 1 }
  }

  /// Skips LF or CR LF; false if there is none.
  mutating func skipNewline() -> Bool {
    if next == 0x0A {
      at += 1
    } else if follows("\r\n") {
      at += 2
    } else {
      return false
    }
    line += 1
    return true
  }

  mutating func skipComment() throws(Fault) {
    guard next == UInt8(ascii: "#") else { return }
    while let byte = next, byte != 0x0A, !follows("\r\n") {
      guard !Self.isControl(byte) else { throw Fault("a comment has a control character") }
      at += 1
    }
  }

  static func isControl(_ byte: UInt8) -> Bool { (byte < 0x20 && byte != 0x09) || byte == 0x7F }

  /// The text of a few characters here, for messages.
  var glimpse: String {
    let rest = bytes[at...].prefix { $0 != 0x0A && $0 != 0x0D }
    let text = String(decoding: rest.prefix(160), as: UTF8.self)
    return text.count > 30 ? TOMLText.quoted("\(text.prefix(30))…") : TOMLText.quoted(text)
  }

  // MARK: Lines

  private mutating func document() -> TOMLTable {
    let root = TOMLBuilder(.header, line: 1)
    var current = root
    while at < bytes.count {
      do throws(Fault) {
        skipBlanks()
        if next == UInt8(ascii: "[") {
          // What follows a header that cannot be read is not taken for keys of the table before it.
          current = TOMLBuilder(.header, line: line)
          current = try header(in: root)
        } else if let byte = next, byte != UInt8(ascii: "#"), byte != 0x0A, byte != 0x0D {
          try assignment(in: current, depth: 0)
        }
        skipBlanks()
        try skipComment()
        if at < bytes.count, !skipNewline() {
          throw Fault(
            next == 0x0D
              ? "a line ends with CR alone" : "there is \(glimpse) behind the end of the value")
        }
      } catch {
        record(error.problem)
        if problems.count >= Self.maximumProblems { break }
        while at < bytes.count, bytes[at] != 0x0A { at += 1 }
        _ = skipNewline()
      }
    }
    return root.table(file)
  }

  private mutating func header(in root: TOMLBuilder) throws(Fault) -> TOMLBuilder {
    let isElement = follows("[[")
    at += isElement ? 2 : 1
    skipBlanks()
    let path = try key()
    skipBlanks()
    guard isElement ? follows("]]") : next == UInt8(ascii: "]") else {
      throw Fault("\(isElement ? "\"]]\"" : "\"]\"") is missing behind the name of the table")
    }
    at += isElement ? 2 : 1
    return try root.open(path, isElement: isElement, line: line)
  }

  /// Reads `key = value` into a table.
  mutating func assignment(in table: TOMLBuilder, depth: Int) throws(Fault) {
    let line = line
    let path = try key()
    skipBlanks()
    guard next == UInt8(ascii: "=") else {
      throw Fault("\"=\" is missing behind the key \(TOMLText.key(path))")
    }
    at += 1
    skipBlanks()
    let value = try value(depth: depth)
    try table.insert(value, at: path, line: line)
  }

  /// Reads a dotted key.
  mutating func key() throws(Fault) -> [String] {
    var path: [String] = []
    while true {
      skipBlanks()
      switch next {
      case UInt8(ascii: "\""):
        guard !follows("\"\"\"") else { throw Fault("a key is on one line") }
        path.append(try basicText())
      case UInt8(ascii: "'"):
        guard !follows("'''") else { throw Fault("a key is on one line") }
        path.append(try literalText())
      default:
        let start = at
        while let byte = next, TOMLText.isBare(byte) { at += 1 }
        guard at > start else {
          throw Fault(
            at == bytes.count || next == 0x0A || next == 0x0D
              ? "a key is missing" : "there is \(glimpse) where a key is expected")
        }
        path.append(String(decoding: bytes[start..<at], as: UTF8.self))
      }
      guard path.count <= Self.maximumDepth else {
        throw Fault("a key has more than \(Self.maximumDepth) parts")
      }
      skipBlanks()
      guard next == UInt8(ascii: ".") else { return path }
      at += 1
    }
  }
}
