/// What is wrong with bytes that are read, before anybody says in which file.
struct Flaw: Error {
  let reason: CheckpointError.Reason

  init(_ reason: CheckpointError.Reason) { self.reason = reason }

  static func damaged(_ text: String) -> Flaw { Flaw(.damaged(text)) }
}

/// Takes bytes from the front, never beyond their end.
struct ByteReader {
  let bytes: UnsafeRawBufferPointer
  private(set) var position: Int

  init(_ bytes: UnsafeRawBufferPointer, at position: Int = 0) {
    self.bytes = bytes
    self.position = min(max(position, 0), bytes.count)
  }

  var left: Int { bytes.count - position }

  mutating func take(_ count: Int) throws(Flaw) -> UnsafeRawBufferPointer {
    guard count >= 0, count <= left else {
      throw .damaged("\(count) bytes should follow byte \(position), \(left) are there")
    }
    defer { position += count }
    return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
  }

  /// A little-endian integer.
  mutating func integer<Word: FixedWidthInteger & BitwiseCopyable>(
    _: Word.Type
  ) throws(Flaw) -> Word {
    Word(littleEndian: try take(MemoryLayout<Word>.size).loadUnaligned(as: Word.self))
  }

  /// A length, which must fit what is left.
  mutating func length<Word: FixedWidthInteger & BitwiseCopyable>(
    _ type: Word.Type
  ) throws(Flaw) -> Int {
    let value = try integer(type)
    guard let length = Int(exactly: value), length >= 0, length <= left else {
      throw .damaged("a piece of \(value) bytes should follow byte \(position), \(left) are there")
    }
    return length
  }

  /// Bytes up to a line feed, which is taken too.
  mutating func line() throws(Flaw) -> UnsafeRawBufferPointer {
    guard let end = bytes[position...].firstIndex(of: 0x0A) else {
      throw .damaged("a line that begins at byte \(position) never ends")
    }
    defer { position = end + 1 }
    return UnsafeRawBufferPointer(rebasing: bytes[position..<end])
  }

  /// Bytes as text, which must be UTF-8.
  static func text(_ bytes: UnsafeRawBufferPointer) throws(Flaw) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .damaged("a text is not UTF-8")
    }
    return text
  }
}
