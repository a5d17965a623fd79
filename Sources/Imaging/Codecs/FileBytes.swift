import Files
import Glibc

/// Reads and writes whole image files.
enum FileBytes {
  /// The largest file that is read.
  static let byteLimit = 1 << 29

  /// Reads a file.
  static func read(_ path: String) throws(ImageFileError) -> [UInt8] {
    func failure(_ code: Int32) -> ImageFileError {
      ImageFileError(.file(.unreadable(errno: code)), file: path)
    }
    // O_NONBLOCK: opening a pipe without a writer does not wait.
    let descriptor = open(FileName.bytes(of: path), O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      // A socket.
      if errno == ENXIO { throw ImageFileError(.notARegularFile, file: path) }
      throw failure(errno)
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure(errno) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw ImageFileError(.notARegularFile, file: path)
    }
    let count = Int(status.st_size)
    guard count <= byteLimit else {
      throw ImageFileError(
        .tooLarge(detail: "\(count) bytes; at most \(byteLimit) are read"), file: path)
    }
    var code: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = 0
      while filled < count {
        let got = Glibc.read(descriptor, buffer.baseAddress?.advanced(by: filled), count - filled)
        if got > 0 {
          filled += got
        } else if got == 0 {
          break
        } else if errno != EINTR {
          code = errno
          break
        }
      }
    }
    guard code == 0 else { throw failure(code) }
    return bytes
  }

  /// The extension of a path in lower case, without the dot; empty if there is none.
  static func suffix(of path: String) -> String {
    let name = path.split(separator: "/").last ?? ""
    return name.contains(".") ? name.split(separator: ".").last?.lowercased() ?? "" : ""
  }

  /// Writes a file atomically.
  static func write(_ bytes: [UInt8], to path: String) throws(ImageFileError) {
    do {
      try AtomicFile.write(bytes, to: path)
    } catch {
      throw ImageFileError(.file(error.reason), file: path)
    }
  }
}
