/// A restricted unpickler: builds tensors and plain values, and runs no code.
///
/// A pickle is a program for a stack machine. This one implements protocols 0 to 5 and a fixed list of
/// classes (`KnownClass`). It does not recurse, so that nesting cannot exhaust the call stack, and limits
/// the number of opcodes and thereby the memory.
///
/// Reference: CPython, Lib/pickletools.py, for the opcodes.
struct PickleReader {
  var reader: ByteReader
  var heap: PickleHeap
  var stack: [PickleValue] = []
  var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]

  private var work = 0
  /// Whether the last class or function that was named is `getattr`.
  var namesAttribute = false

  /// A tensor takes about 30 opcodes; an opcode allocates at most about 100 bytes.
  private static let maximumSteps = 2_000_000
  /// The limit of the elements that all opcodes copy or scan.
  private static let maximumWork = 10_000_000

  /// Creates a reader at a position; `heap` contains the values of earlier pickles of the same file.
  init(_ bytes: UnsafeRawBufferPointer, at position: Int = 0, heap: PickleHeap = PickleHeap()) {
    reader = ByteReader(bytes, at: position)
    self.heap = heap
  }

  /// Reads up to STOP and returns the value.
  mutating func read() throws(ParseError) -> PickleValue {
    for _ in 0..<PickleReader.maximumSteps {
      let code = try reader.integer(UInt8.self)
      if code == 0x2E { return try pop() }  // STOP
      try step(code)
    }
    throw .malformed("its pickle has more than \(PickleReader.maximumSteps) opcodes")
  }

  private mutating func step(_ code: UInt8) throws(ParseError) {
    switch code {
    case 0x80:  // PROTO
      let version = try reader.integer(UInt8.self)
      guard version <= 5 else {
        throw .malformed("its pickle has protocol \(version); 0 to 5 are supported")
      }
    case 0x95: _ = try reader.length(UInt64.self)  // FRAME: only useful for streams
    case 0x28: marks.append(stack.count)  // MARK
    case 0x30:  // POP
      if let mark = marks.last, mark == stack.count { marks.removeLast() } else { _ = try pop() }
    case 0x31: _ = try popToMark()  // POP_MARK
    case 0x32: stack.append(try top())  // DUP
    case 0x4E, 0x88, 0x89, 0x46, 0x47, 0x49, 0x4A, 0x4B, 0x4C, 0x4D, 0x8A, 0x8B:
      stack.append(try number(code))
    case 0x42, 0x43, 0x53, 0x54, 0x55, 0x56, 0x58, 0x8C, 0x8D, 0x8E, 0x96:
      stack.append(try text(code))
    case 0x67: try recall(try decimalLine())  // GET
    case 0x68: try recall(Int(try reader.integer(UInt8.self)))  // BINGET
    case 0x6A: try recall(Int(try reader.integer(UInt32.self)))  // LONG_BINGET
    case 0x70: memo[try decimalLine()] = try top()  // PUT
    case 0x71: memo[Int(try reader.integer(UInt8.self))] = try top()  // BINPUT
    case 0x72: memo[Int(try reader.integer(UInt32.self))] = try top()  // LONG_BINPUT
    case 0x94: memo[memo.count] = try top()  // MEMOIZE
    default: try build(code)
    }
  }

  private mutating func recall(_ index: Int) throws(ParseError) {
    guard let value = memo[index] else {
      throw .malformed("its pickle gets the memo \(index), which it never put")
    }
    stack.append(value)
  }

  /// Counts the elements that an opcode copies or scans, since two bytes can get a large value from the
  /// memo any number of times.
  mutating func spend(_ count: Int) throws(ParseError) {
    work += count
    guard work <= PickleReader.maximumWork else {
      throw .malformed("reading its pickle would take too long")
    }
  }

  // MARK: Stack

  func top() throws(ParseError) -> PickleValue {
    guard let value = stack.last, stack.count > marks.last ?? 0 else {
      throw PickleReader.underflow
    }
    return value
  }

  mutating func pop() throws(ParseError) -> PickleValue {
    let value = try top()
    stack.removeLast()
    return value
  }

  mutating func popToMark() throws(ParseError) -> [PickleValue] {
    guard let mark = marks.popLast(), mark <= stack.count else { throw PickleReader.underflow }
    let items = Array(stack[mark...])
    stack.removeSubrange(mark...)
    return items
  }

  private static let underflow = ParseError.malformed("its pickle pops from an empty stack")

  // MARK: Numbers and strings

  mutating func decimalLine() throws(ParseError) -> Int {
    let line = try numberLine()
    guard let value = Int(line) else {
      throw .malformed("\"\(line.prefix(40))\" is not an integer")
    }
    return value
  }

  /// A line with a number as text, whose length is limited: converting a long one takes quadratic time.
  private mutating func numberLine() throws(ParseError) -> String {
    let line = try reader.line()
    guard line.count <= 100 else { throw .malformed("a number in its pickle has too many digits") }
    return try ByteReader.text(line)
  }

  private mutating func number(_ code: UInt8) throws(ParseError) -> PickleValue {
    switch code {
    case 0x4E: return .none
    case 0x88: return .bool(true)
    case 0x89: return .bool(false)
    case 0x46:  // FLOAT, as text
      let line = try numberLine()
      guard let value = Double(line) else {
        throw .malformed("\"\(line.prefix(40))\" is not a number")
      }
      return .float(value)
    case 0x47:  // BINFLOAT, big endian
      return .float(Double(bitPattern: try reader.integer(UInt64.self).byteSwapped))
    case 0x49:  // INT, as text; 00 and 01 are false and true
      let line = try numberLine()
      if line == "00" || line == "01" { return .bool(line == "01") }
      return try PickleReader.integer(line)
    case 0x4A: return .int(Int(try reader.integer(Int32.self)))
    case 0x4B: return .int(Int(try reader.integer(UInt8.self)))
    case 0x4D: return .int(Int(try reader.integer(UInt16.self)))
    case 0x4C:  // LONG, as text ending in L
      let line = try numberLine()
      return try PickleReader.integer(line.hasSuffix("L") ? String(line.dropLast()) : line)
    case 0x8A: return try PickleReader.integer(try reader.take(try reader.length(UInt8.self)))
    default: return try PickleReader.integer(try reader.take(try reader.length(Int32.self)))
    }
  }

  private static func integer(_ text: String) throws(ParseError) -> PickleValue {
    guard text.utf8.count <= 50, let value = Int128(text) else {
      throw .malformed("\"\(text.prefix(40))\" is not an integer of up to 128 bits")
    }
    return integer(value)
  }

  private static func integer(_ value: Int128) -> PickleValue {
    if let small = Int(exactly: value) { return .int(small) }
    return .large(high: Int64(value >> 64), low: UInt64(truncatingIfNeeded: value))
  }

  /// Two's complement, little endian.
  private static func integer(_ bytes: UnsafeRawBufferPointer) throws(ParseError) -> PickleValue {
    guard bytes.count <= 16 else { throw .malformed("it contains an integer beyond 128 bits") }
    guard let last = bytes.last else { return .int(0) }
    var value: Int128 = last >= 0x80 ? -1 : 0
    for byte in bytes.reversed() { value = value << 8 | Int128(byte) }
    return integer(value)
  }

  private mutating func text(_ code: UInt8) throws(ParseError) -> PickleValue {
    switch code {
    case 0x58: return .string(try utf8(try reader.length(UInt32.self)))
    case 0x8C: return .string(try utf8(try reader.length(UInt8.self)))
    case 0x8D: return .string(try utf8(try reader.length(UInt64.self)))
    case 0x42: return .bytes([UInt8](try reader.take(try reader.length(UInt32.self))))
    case 0x43: return .bytes([UInt8](try reader.take(try reader.length(UInt8.self))))
    case 0x8E, 0x96: return .bytes([UInt8](try reader.take(try reader.length(UInt64.self))))
    case 0x54: return PickleReader.oldString(try reader.take(try reader.length(Int32.self)))
    case 0x55: return PickleReader.oldString(try reader.take(try reader.length(UInt8.self)))
    case 0x56: return .string(try PickleReader.unescaped(try reader.line(), isUnicode: true))
    default:  // STRING: a line in quotes
      let line = try reader.line()
      guard line.count >= 2, let quote = line.first, quote == line.last,
        [0x22, 0x27].contains(quote)
      else { throw .malformed("a string in its pickle has no quotes") }
      let inside = UnsafeRawBufferPointer(rebasing: line[1..<line.count - 1])
      return .string(try PickleReader.unescaped(inside, isUnicode: false))
    }
  }

  private mutating func utf8(_ count: Int) throws(ParseError) -> String {
    try ByteReader.text(try reader.take(count))
  }

  /// Python 2 had one type for bytes and strings.
  private static func oldString(_ bytes: UnsafeRawBufferPointer) -> PickleValue {
    if let text = String(validating: bytes, as: UTF8.self) { return .string(text) }
    return .bytes([UInt8](bytes))
  }

  /// Decodes Python's escapes.
  private static func unescaped(
    _ bytes: UnsafeRawBufferPointer, isUnicode: Bool
  ) throws(ParseError) -> String {
    var result = String.UnicodeScalarView()
    var at = 0
    // A UNICODE line is Latin-1, and \u and \U are its only escapes.
    while at < bytes.count {
      let byte = bytes[at]
      at += 1
      guard byte == 0x5C, at < bytes.count else {
        result.append(Unicode.Scalar(byte))
        continue
      }
      let kind = bytes[at]
      at += 1
      let digits: Int? =
        switch (kind, isUnicode) {
        case (0x75, true): 4
        case (0x55, true): 8
        case (0x78, false): 2
        default: nil
        }
      if let digits {
        guard at + digits <= bytes.count,
          let value = UInt32(String(decoding: bytes[at..<at + digits], as: UTF8.self), radix: 16),
          let scalar = Unicode.Scalar(value)
        else { throw .malformed("a string in its pickle has an invalid escape") }
        at += digits
        result.append(scalar)
      } else if isUnicode {
        result.append("\\")
        result.append(Unicode.Scalar(kind))
      } else {
        switch kind {
        case 0x6E: result.append("\n")
        case 0x72: result.append("\r")
        case 0x74: result.append("\t")
        case 0x5C, 0x27, 0x22: result.append(Unicode.Scalar(kind))
        default: throw .malformed("a string in its pickle has an unknown escape")
        }
      }
    }
    return String(result)
  }
}
