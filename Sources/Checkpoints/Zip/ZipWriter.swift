import CZip
import Foundation

/// Writes a zip archive of uncompressed records.
///
/// The data of records are aligned to 64 bytes as in PyTorch, so that a mapped file can be used in place.
/// Archives beyond 4 GB or 65,535 records use the zip64 extension.
struct ZipWriter {
  private struct Entry {
    let name: [UInt8]
    let crc: UInt32
    let size: Int
    let offset: Int
  }

  private let file: FileHandle
  private let largest: Int
  private var entries: [Entry] = []
  private var position = 0

  /// Creates a writer; `largest` is the largest size or offset without zip64, smaller in tests.
  init(_ file: FileHandle, largest: Int = 0xFFFF_FFFE) {
    self.file = file
    self.largest = largest
  }

  mutating func add(_ name: String, _ content: Data) throws {
    let crc = content.withUnsafeBytes {
      lb_crc32(0, $0.baseAddress ?? UnsafeRawPointer(bitPattern: 1), $0.count)
    }
    let entry = Entry(name: Array(name.utf8), crc: crc, size: content.count, offset: position)
    let isLarge = content.count > largest
    var extra: [UInt8] = []
    if isLarge {
      extra.put(UInt16(1), UInt16(16), UInt64(content.count), UInt64(content.count))
    }
    // The padding is an extra field: two bytes of id, "FB" as in PyTorch, and two of length.
    let start = position + 30 + entry.name.count + extra.count + 4
    let padding = (64 - start % 64) % 64
    extra.put(UInt16(0x4246), UInt16(padding))
    extra += [UInt8](repeating: UInt8(ascii: "Z"), count: padding)
    var header: [UInt8] = []
    header.put(UInt32(0x0403_4B50), UInt16(isLarge ? 45 : 20), UInt16(0x0800), UInt16(0))
    // 1 January 1980, so that the same content gives the same file.
    header.put(UInt16(0), UInt16(0x21), crc)
    let size = UInt32(isLarge ? 0xFFFF_FFFF : content.count)
    header.put(size, size, UInt16(entry.name.count), UInt16(extra.count))
    header += entry.name + extra
    try write(Data(header))
    try write(content)
    entries.append(entry)
  }

  /// Writes the central directory.
  mutating func finish() throws {
    let start = position
    var directory: [UInt8] = []
    for entry in entries {
      var extra: [UInt8] = []
      let isLarge = entry.size > largest
      let isDistant = entry.offset > largest
      if isLarge || isDistant {
        extra.put(UInt16(1), UInt16((isLarge ? 16 : 0) + (isDistant ? 8 : 0)))
        if isLarge { extra.put(UInt64(entry.size), UInt64(entry.size)) }
        if isDistant { extra.put(UInt64(entry.offset)) }
      }
      let version = UInt16(extra.isEmpty ? 20 : 45)
      directory.put(UInt32(0x0201_4B50), version, version, UInt16(0x0800), UInt16(0))
      directory.put(UInt16(0), UInt16(0x21), entry.crc)
      let size = UInt32(isLarge ? 0xFFFF_FFFF : entry.size)
      directory.put(size, size, UInt16(entry.name.count), UInt16(extra.count))
      directory.put(UInt16(0), UInt16(0), UInt16(0), UInt32(0))
      directory.put(UInt32(isDistant ? 0xFFFF_FFFF : entry.offset))
      directory += entry.name + extra
    }
    let size = directory.count
    let needs64 = start > largest || size > largest || entries.count > min(largest, 0xFFFE)
    if needs64 {
      let end = start + size
      directory.put(UInt32(0x0606_4B50), UInt64(44), UInt16(45), UInt16(45), UInt32(0), UInt32(0))
      directory.put(UInt64(entries.count), UInt64(entries.count), UInt64(size), UInt64(start))
      directory.put(UInt32(0x0706_4B50), UInt32(0), UInt64(end), UInt32(1))
    }
    let count = UInt16(needs64 ? 0xFFFF : entries.count)
    directory.put(UInt32(0x0605_4B50), UInt16(0), UInt16(0), count, count)
    directory.put(UInt32(needs64 ? 0xFFFF_FFFF : size), UInt32(needs64 ? 0xFFFF_FFFF : start))
    directory.put(UInt16(0))
    try write(Data(directory))
  }

  private mutating func write(_ data: Data) throws {
    try file.write(contentsOf: data)
    position += data.count
  }
}

extension [UInt8] {
  /// Appends integers in little-endian order.
  mutating func put(_ values: any FixedWidthInteger...) {
    for value in values { putOne(value) }
  }

  private mutating func putOne(_ value: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
  }
}
