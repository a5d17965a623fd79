/// An error of a parser that does not know the file's path.
struct ParseError: Error {
  let reason: CheckpointError.Reason
  /// The tensor's name, if the error is in one tensor.
  let tensor: String?
  /// True if the bytes end too early.
  let ranOut: Bool

  init(_ reason: CheckpointError.Reason, tensor: String? = nil, ranOut: Bool = false) {
    self.reason = reason
    self.tensor = tensor.map { $0.utf8.count > Limits.name ? String($0.prefix(80)) + "…" : $0 }
    self.ranOut = ranOut
  }

  /// Bytes that violate the format of `torch.save`.
  static func malformed(_ text: String, tensor: String? = nil) -> ParseError {
    ParseError(.malformedPyTorchFile(text), tensor: tensor)
  }

  /// A PyTorch file that ends too early.
  static func ranOut(_ text: String) -> ParseError {
    ParseError(.malformedPyTorchFile(text), ranOut: true)
  }

  /// The error with the file's path.
  func located(in path: String) -> CheckpointError {
    CheckpointError(reason, path: path, tensor: tensor)
  }
}

/// Reads bytes from the front, with bounds checks.
struct ByteReader {
  let bytes: UnsafeRawBufferPointer
  private(set) var position: Int

  init(_ bytes: UnsafeRawBufferPointer, at position: Int = 0) {
    self.bytes = bytes
    self.position = min(max(position, 0), bytes.count)
  }

  /// The number of bytes that are not read yet.
  var remaining: Int { bytes.count - position }

  mutating func take(_ count: Int) throws(ParseError) -> UnsafeRawBufferPointer {
    guard count >= 0, count <= remaining else {
      throw .ranOut("\(count) bytes expected at byte \(position), \(remaining) found")
    }
    defer { position += count }
    return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
  }

  /// Reads a little-endian integer.
  mutating func integer<Word: FixedWidthInteger & BitwiseCopyable>(
    _: Word.Type
  ) throws(ParseError) -> Word {
    Word(littleEndian: try take(MemoryLayout<Word>.size).loadUnaligned(as: Word.self))
  }

  /// Reads the length of what follows, which must not be longer than the remaining bytes.
  mutating func length<Word: FixedWidthInteger & BitwiseCopyable>(
    _ type: Word.Type
  ) throws(ParseError) -> Int {
    let value = try integer(type)
    guard let length = Int(exactly: value), length >= 0, length <= remaining else {
      throw .ranOut("\(value) bytes expected at byte \(position), \(remaining) found")
    }
    return length
  }

  /// Reads up to a line feed and skips it.
  mutating func line() throws(ParseError) -> UnsafeRawBufferPointer {
    guard let end = bytes[position...].firstIndex(of: 0x0A) else {
      throw .ranOut("the line that begins at byte \(position) does not end")
    }
    defer { position = end + 1 }
    return UnsafeRawBufferPointer(rebasing: bytes[position..<end])
  }

  /// Decodes UTF-8.
  static func text(_ bytes: UnsafeRawBufferPointer) throws(ParseError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .malformed("a string is not UTF-8")
    }
    return text
  }
}
