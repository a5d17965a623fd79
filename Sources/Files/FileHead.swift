import Glibc

/// A few bytes of a file.
package enum FileHead {
  /// Reads bytes of a regular file; empty if there is none.
  ///
  /// A pipe is not opened: that would wait until another process writes to it.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - start: The position of the first byte; none are read before the start of the file.
  ///   - count: The most bytes.
  /// - Returns: As many bytes as the file has there.
  package static func read(_ path: String, from start: Int = 0, count: Int) -> [UInt8] {
    guard start >= 0 else { return [] }
    let descriptor = open(FileName.bytes(of: path), O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return [] }
    return [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = max(0, pread(descriptor, buffer.baseAddress, count, start))
    }
  }
}
