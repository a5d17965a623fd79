/// Reads the JSON header of a safetensors file: only what such a header may hold, with a limit on depth.
struct HeaderReader {
  struct Entry: Equatable {
    var dtype: String
    var shape: [Int]
    var begin: Int
    var end: Int
  }

  struct Fault: Error { let text: String }

  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func read() throws(Fault) -> (entries: [(String, Entry)], metadata: [String: String]) {
    var entries: [(String, Entry)] = []
    var names = Set<String>()
    var metadata: [String: String] = [:]
    try object { (reader: inout HeaderReader, name: String) throws(Fault) in
      guard names.insert(name).inserted else { throw Fault(text: "\"\(name)\" is named twice") }
      if name == "__metadata__" {
        try reader.object { (reader: inout HeaderReader, key: String) throws(Fault) in
          guard metadata[key] == nil else {
            throw Fault(text: "the metadata \"\(key)\" is named twice")
          }
          metadata[key] = try reader.string()
        }
      } else {
        entries.append((name, try reader.entry(name)))
      }
    }
    skipSpace()
    guard position == bytes.count else {
      throw Fault(text: "there is text behind the header's object")
    }
    return (entries, metadata)
  }

  private mutating func entry(_ name: String) throws(Fault) -> Entry {
    var dtype: String?
    var shape: [Int]?
    var offsets: [Int]?
    try object { (reader: inout HeaderReader, key: String) throws(Fault) in
      switch key {
      case "dtype" where dtype == nil: dtype = try reader.string()
      case "shape" where shape == nil: shape = try reader.integers(limit: 64)
      case "data_offsets" where offsets == nil: offsets = try reader.integers(limit: 2)
      default: throw Fault(text: "the entry \"\(name)\" has an unexpected \"\(key)\"")
      }
    }
    guard let dtype, let shape, let offsets, offsets.count == 2 else {
      throw Fault(text: "the entry \"\(name)\" lacks dtype, shape or two data_offsets")
    }
    return Entry(dtype: dtype, shape: shape, begin: offsets[0], end: offsets[1])
  }

  // MARK: Pieces of JSON

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

  private mutating func expect(_ character: Character) throws(Fault) {
    guard take(character) else {
      throw Fault(text: "byte \(8 + position) of the header should be \"\(character)\"")
    }
  }

  private mutating func object(
    _ member: (inout HeaderReader, String) throws(Fault) -> Void
  ) throws(Fault) {
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

  private mutating func integers(limit: Int) throws(Fault) -> [Int] {
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
      else { throw Fault(text: "byte \(8 + position) of the header is no whole number from 0 on") }
      found.append(value)
      guard found.count <= limit else { throw Fault(text: "a list has more than \(limit) numbers") }
    } while take(",")
    try expect("]")
    return found
  }

  private mutating func string() throws(Fault) -> String {
    skipSpace()
    try expect("\"")
    var units: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: units, as: UTF8.self) else {
          throw Fault(text: "a string is not UTF-8")
        }
        return text
      case UInt8(ascii: "\\"): units += try escape()
      case 0..<0x20: throw Fault(text: "a string holds a control character")
      default: units.append(byte)
      }
    }
    throw Fault(text: "a string is never closed")
  }

  private mutating func escape() throws(Fault) -> [UInt8] {
    guard position < bytes.count else { throw Fault(text: "a string is never closed") }
    let kind = bytes[position]
    position += 1
    let simple: [UInt8: UInt8] = [
      0x22: 0x22, 0x5C: 0x5C, 0x2F: 0x2F, 0x62: 0x08, 0x66: 0x0C, 0x6E: 0x0A, 0x72: 0x0D,
      0x74: 0x09,
    ]
    if let byte = simple[kind] { return [byte] }
    guard kind == UInt8(ascii: "u") else {
      throw Fault(text: "an unknown escape stands in a string")
    }
    var unit = try hexadecimal()
    if (0xD800..<0xDC00).contains(unit) {
      guard position + 1 < bytes.count, bytes[position] == 0x5C, bytes[position + 1] == 0x75 else {
        throw Fault(text: "half a surrogate pair stands in a string")
      }
      position += 2
      let low = try hexadecimal()
      guard (0xDC00..<0xE000).contains(low) else {
        throw Fault(text: "half a surrogate pair stands in a string")
      }
      unit = 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(unit) else {
      throw Fault(text: "half a surrogate pair stands in a string")
    }
    return Array(String(Character(scalar)).utf8)
  }

  private mutating func hexadecimal() throws(Fault) -> UInt32 {
    guard position + 4 <= bytes.count,
      let value = UInt32(
        String(decoding: bytes[position..<(position + 4)], as: UTF8.self), radix: 16)
    else { throw Fault(text: "an escape lacks four hexadecimal digits") }
    position += 4
    return value
  }
}
