import Files
import Glibc

/// The bytes of a table as UTF-8, or the reason why they are not text.
enum CSVText {
  static let maximumBytes = 256 << 20

  /// Reads a regular file.
  static func bytes(ofFile path: String) throws(DataError) -> [UInt8] {
    func fault(_ fault: TableFault) -> DataError { DataError(.table(fault), path: path) }
    // Without O_NONBLOCK, opening a pipe waits for its writer.
    let descriptor = open(FileName.bytes(of: path), O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw DataError(.tableUnreadable, path: path) }
    defer { close(descriptor) }
    var facts = stat()
    guard fstat(descriptor, &facts) == 0 else { throw DataError(.tableUnreadable, path: path) }
    guard facts.st_mode & S_IFMT == S_IFREG else {
      throw fault(.notAFile(facts.st_mode & S_IFMT == S_IFDIR ? "a folder" : "a pipe or device"))
    }
    guard facts.st_size <= maximumBytes else {
      throw fault(.tooLarge("bytes", limit: maximumBytes))
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(facts.st_size) + 1)
    var buffer = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0 {
        if errno == EINTR { continue }
        throw DataError(.tableUnreadable, path: path)
      }
      if count == 0 { return bytes }
      bytes += buffer[..<count]
      guard bytes.count <= maximumBytes else {
        throw fault(.tooLarge("bytes", limit: maximumBytes))
      }
    }
  }

  /// Decodes by the byte order mark; without one, the bytes must be UTF-8.
  static func utf8(_ bytes: [UInt8], path: String) throws(DataError) -> [UInt8] {
    func fault(_ fault: TableFault, _ line: Int? = nil) -> DataError {
      DataError(.table(fault), path: path, line: line)
    }
    guard bytes.count <= maximumBytes else { throw fault(.tooLarge("bytes", limit: maximumBytes)) }
    if let kind = binaryKind(bytes) { throw fault(.otherFormat(kind)) }
    var text = bytes
    if bytes.starts(with: [0xFF, 0xFE, 0, 0]) || bytes.starts(with: [0, 0, 0xFE, 0xFF]) {
      throw fault(.encoding("UTF-32", iconv: "UTF-32"))
    } else if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      let isBig = bytes[0] == 0xFE
      let units = stride(from: 2, to: bytes.count - 1, by: 2).map { i in
        let (a, b) = (UInt16(bytes[i]), UInt16(bytes[i + 1]))
        return isBig ? a << 8 | b : b << 8 | a
      }
      text = Array(String(decoding: units, as: UTF16.self).utf8)
    } else if let place = firstInvalidByte(bytes) {
      let line = 1 + bytes[..<place].count { $0 == 0x0A }
      throw fault(guess(bytes), line)
    }
    if let place = text.firstIndex(of: 0) {
      let (even, odd) = nulParities(text)
      // Latin text in UTF-16 has a NUL in every second place.
      if even * 8 < odd {
        throw fault(.encoding("UTF-16 without a byte order mark", iconv: "UTF-16LE"))
      }
      if odd * 8 < even {
        throw fault(.encoding("UTF-16 without a byte order mark", iconv: "UTF-16BE"))
      }
      throw fault(.nulByte, 1 + text[..<place].count { $0 == 0x0A })
    }
    var first = 0
    while text[first...].starts(with: [0xEF, 0xBB, 0xBF]) { first += 3 }
    return first == 0 ? text : Array(text[first...])
  }

  private static func nulParities(_ text: [UInt8]) -> (even: Int, odd: Int) {
    var counts = (even: 0, odd: 0)
    for (i, byte) in text.enumerated() where byte == 0 {
      if i % 2 == 0 { counts.even += 1 } else { counts.odd += 1 }
    }
    return max(counts.even, counts.odd) * 4 < text.count ? (0, 0) : counts
  }

  /// The format of a file that is not text, by its first bytes.
  private static func binaryKind(_ bytes: [UInt8]) -> TableFault.Format? {
    let kinds: [(start: [UInt8], kind: TableFault.Format)] = [
      ([0x50, 0x4B, 3, 4], .workbook), ([0xD0, 0xCF, 0x11, 0xE0], .workbook),
      ([0x1F, 0x8B], .gzip), (Array("PAR1".utf8), .parquet),
      (Array("SQLite format 3".utf8), .sqlite), (Array("<!DOCTYPE".utf8), .html),
      (Array("<html".utf8), .html),
    ]
    if let found = kinds.first(where: { bytes.starts(with: $0.start) }) { return found.kind }
    return bytes.count >= 132 && bytes[128..<132].elementsEqual("DICM".utf8) ? .dicom : nil
  }

  /// What bytes that are not UTF-8 are likely to be.
  private static func guess(_ bytes: [UInt8]) -> TableFault {
    var (single, multiple) = (0, 0)
    for i in bytes.indices where bytes[i] >= 0x80 {
      let isNeighbor =
        i > 0 && bytes[i - 1] >= 0x80 || i + 1 < bytes.count && bytes[i + 1] >= 0x80
      if isNeighbor { multiple += 1 } else { single += 1 }
    }
    if bytes.contains(0) { return .nulByte }
    return single >= multiple
      ? .encoding("Windows-1252 (Latin-1)", iconv: "WINDOWS-1252")
      : .encoding(nil, iconv: "ENCODING")
  }

  /// The index of the first byte that is not UTF-8; nil if there is none.
  private static func firstInvalidByte(_ bytes: [UInt8]) -> Int? {
    if String(validating: bytes, as: UTF8.self) != nil { return nil }
    var i = 0
    while i < bytes.count {
      let byte = bytes[i]
      let length =
        byte < 0x80 ? 1 : byte < 0xC2 ? 0 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : byte < 0xF5 ? 4 : 0
      guard length > 0, i + length <= bytes.count,
        length == 1 || String(validating: bytes[i..<i + length], as: UTF8.self) != nil
      else { return i }
      i += length
    }
    return 0
  }
}
