import Glibc

/// The first bytes of a file.
package enum FileHead {
  /// Reads the first bytes of a regular file; empty if there is none.
  ///
  /// A pipe is not opened: that would wait until another process writes to it.
  package static func read(_ path: String, count: Int) -> [UInt8] {
    let descriptor = open(FileName.bytes(of: path), O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return [] }
    return [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = max(0, Glibc.read(descriptor, buffer.baseAddress, count))
    }
  }
}
