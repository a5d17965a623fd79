import Foundation

/// Assembles pickles and files around them.
struct PickleAssembler {
  private(set) var bytes: [UInt8] = [0x80, 2]

  init() {}

  init(protocol version: UInt8) { bytes = [0x80, version] }

  func op(_ codes: UInt8...) -> PickleAssembler { raw(codes) }

  func raw(_ more: [UInt8]) -> PickleAssembler {
    var copy = self
    copy.bytes += more
    return copy
  }

  func text(_ text: String) -> PickleAssembler {
    raw([0x58] + Self.little(UInt32(text.utf8.count)) + Array(text.utf8))
  }

  func int(_ value: Int) -> PickleAssembler {
    Int32(exactly: value).map { raw([0x4A] + Self.little($0)) }
      ?? raw([0x8A, 8] + Self.little(Int64(value)))
  }

  func global(_ module: String, _ name: String) -> PickleAssembler {
    raw(Array("c\(module)\n\(name)\n".utf8))
  }

  func ints(_ values: [Int]) -> PickleAssembler {
    values.reduce(op(0x28)) { $0.int($1) }.op(0x74)
  }

  /// A tensor in the storage "0" of four floats by default.
  func tensor(
    key: String = "0", memory: Int = 4, offset: Int = 0, shape: [Int] = [4], strides: [Int] = [1],
    storage: String = "FloatStorage"
  ) -> PickleAssembler {
    global("torch._utils", "_rebuild_tensor_v2").op(0x28, 0x28).text("storage")
      .global("torch", storage).text(key).text("cpu").int(memory).op(0x74, 0x51)
      .int(offset).ints(shape).ints(strides).op(0x89)
      .global("collections", "OrderedDict").op(0x29, 0x52, 0x74, 0x52)
  }

  var stopped: [UInt8] { bytes + [0x2E] }

  /// A file of the legacy format with this pickle and these storages.
  func legacyFile(_ memories: [(key: String, content: [UInt8], count: Int)] = []) -> Data {
    Self.legacyFile(stopped, memories)
  }

  static func legacyFile(
    _ pickle: [UInt8], _ memories: [(key: String, content: [UInt8], count: Int)] = []
  ) -> Data {
    var file = Data([0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19])
    file += [0x2E, 0x80, 2, 0x4D, 0xE9, 0x03, 0x2E, 0x80, 2, 0x7D, 0x2E]
    file += pickle
    var keys = PickleAssembler().op(0x5D)
    for memory in memories { keys = keys.text(memory.key).op(0x61) }
    file += keys.stopped
    for memory in memories {
      file += little(Int64(memory.count))
      file += memory.content
    }
    return file
  }

  /// A zip archive of uncompressed records, independent of the library.
  static func zip(_ records: [(name: String, content: [UInt8])]) -> Data {
    var file: [UInt8] = []
    var directory: [UInt8] = []
    for (name, content) in records {
      let crc = CRC32.value(of: content)
      let size = little(UInt32(content.count))
      let common =
        little(UInt16(20)) + [0, 0, 0, 0, 0, 0, 0x21, 0] + little(crc) + size + size
        + little(UInt16(name.utf8.count)) + [0, 0]
      directory +=
        [0x50, 0x4B, 1, 2, 20, 0] + common + [UInt8](repeating: 0, count: 10)
        + little(UInt32(file.count)) + Array(name.utf8)
      file += [0x50, 0x4B, 3, 4] + common + Array(name.utf8) + content
    }
    let count = little(UInt16(records.count))
    return Data(
      file + directory + [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + count + count
        + little(UInt32(directory.count)) + little(UInt32(file.count)) + [0, 0])
  }

  static func little(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }
}
