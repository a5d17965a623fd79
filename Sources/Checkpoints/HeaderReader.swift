/// Parses the JSON header of a safetensors file: only the values of the format, without recursion.
struct HeaderReader {
  struct Entry: Equatable {
    var dtype: String
    var shape: [Int]
    var begin: Int
    var end: Int
  }

  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func read() throws(ParseError) -> (
    entries: [(String, Entry)], metadata: [String: String]
  ) {
    var entries: [(String, Entry)] = []
    var names = Set<String>()
    var metadata: [String: String] = [:]
    try object { (reader: inout HeaderReader, name: String) throws(ParseError) in
      guard names.insert(name).inserted else {
        throw reader.malformed("the name \"\(name.prefix(80))\" occurs twice")
      }
      if name == "__metadata__" {
        try reader.object { (reader: inout HeaderReader, key: String) throws(ParseError) in
          guard metadata[key] == nil else {
            throw reader.malformed("the metadata \"\(key.prefix(80))\" occurs twice")
          }
          metadata[key] = try reader.string()
        }
      } else {
        guard name.utf8.count <= Limits.name else {
          throw reader.malformed("a tensor's name is longer than \(Limits.name) bytes")
        }
        guard entries.count < Limits.tensors else {
          throw reader.malformed("it has more than \(Limits.tensors) tensors")
        }
        entries.append((name, try reader.entry(name)))
      }
    }
    skipSpace()
    guard position == bytes.count else {
      throw malformed("text follows the header's object")
    }
    return (entries, metadata)
  }

  private mutating func entry(_ name: String) throws(ParseError) -> Entry {
    var dtype: String?
    var shape: [Int]?
    var offsets: [Int]?
    try object { (reader: inout HeaderReader, key: String) throws(ParseError) in
      switch key {
      case "dtype" where dtype == nil: dtype = try reader.string()
      case "shape" where shape == nil: shape = try reader.integers(limit: 64)
      case "data_offsets" where offsets == nil: offsets = try reader.integers(limit: 2)
      default: throw reader.malformed("unexpected key \"\(key.prefix(80))\"", name)
      }
    }
    guard let dtype, let shape, let offsets, offsets.count == 2 else {
      throw malformed("dtype, shape or data_offsets is missing", name)
    }
    return Entry(dtype: dtype, shape: shape, begin: offsets[0], end: offsets[1])
  }

  private func malformed(_ text: String, _ tensor: String? = nil) -> ParseError {
    ParseError(.malformedSafetensors(text), tensor: tensor)
  }

  // MARK: JSON

  private mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return
      }
    }
  }

  private mutating func take(_ character: Character) -> Bool {
    skipSpace()
    guard position < bytes.count, bytes[position] == character.asciiValue else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ character: Character) throws(ParseError) {
    guard take(character) else {
      throw malformed("\"\(character)\" expected at byte \(8 + position)")
    }
  }

  private mutating func object(
    _ member: (inout HeaderReader, String) throws(ParseError) -> Void
  ) throws(ParseError) {
    try expect("{")
    if take("}") { return }
    repeat {
      skipSpace()
      let key = try string()
      try expect(":")
      try member(&self, key)
    } while take(",")
    try expect("}")
  }

  private mutating func integers(limit: Int) throws(ParseError) -> [Int] {
    try expect("[")
    var found: [Int] = []
    if take("]") { return found }
    repeat {
      skipSpace()
      var digits: [UInt8] = []
      while position < bytes.count, (0x30...0x39).contains(bytes[position]), digits.count < 20 {
        digits.append(bytes[position])
        position += 1
      }
      guard let value = Int(String(decoding: digits, as: UTF8.self)),
        digits.count == 1 || digits.first != 0x30
      else { throw malformed("a non-negative integer expected at byte \(8 + position)") }
      found.append(value)
      guard found.count <= limit else { throw malformed("a list has more than \(limit) elements") }
    } while take(",")
    try expect("]")
    return found
  }

  private mutating func string() throws(ParseError) -> String {
    skipSpace()
    try expect("\"")
    var units: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: units, as: UTF8.self) else {
          throw malformed("a string is not UTF-8")
        }
        return text
      case UInt8(ascii: "\\"): units += try escape()
      case 0..<0x20: throw malformed("a string contains a control character")
      default: units.append(byte)
      }
    }
    throw malformed("a string is not terminated")
  }

  private mutating func escape() throws(ParseError) -> [UInt8] {
    guard position < bytes.count else { throw malformed("a string is not terminated") }
    let kind = bytes[position]
    position += 1
    let simple: [UInt8: UInt8] = [
      0x22: 0x22, 0x5C: 0x5C, 0x2F: 0x2F, 0x62: 0x08, 0x66: 0x0C, 0x6E: 0x0A, 0x72: 0x0D,
      0x74: 0x09,
    ]
    if let byte = simple[kind] { return [byte] }
    guard kind == UInt8(ascii: "u") else {
      throw malformed("a string contains an unknown escape")
    }
    var unit = try hexadecimal()
    if (0xD800..<0xDC00).contains(unit) {
      guard position + 1 < bytes.count, bytes[position] == 0x5C, bytes[position + 1] == 0x75 else {
        throw malformed("a string contains half a surrogate pair")
      }
      position += 2
      let low = try hexadecimal()
      guard (0xDC00..<0xE000).contains(low) else {
        throw malformed("a string contains half a surrogate pair")
      }
      unit = 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(unit) else {
      throw malformed("a string contains half a surrogate pair")
    }
    return Array(String(Character(scalar)).utf8)
  }

  private mutating func hexadecimal() throws(ParseError) -> UInt32 {
    guard position + 4 <= bytes.count,
      let value = UInt32(
        String(decoding: bytes[position..<(position + 4)], as: UTF8.self), radix: 16)
    else { throw malformed("an escape has fewer than four hexadecimal digits") }
    position += 4
    return value
  }
}
