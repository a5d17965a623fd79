import Foundation

#if canImport(Glibc)
  import Glibc
#endif

/// Whole files, read and written.
package enum FileBytes {
  /// The bytes of a file.
  package static func read(_ path: String) throws(ImageFileError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw ImageFileError(.unreadable, file: path, reason: systemMessage())
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw ImageFileError(.unreadable, file: path, reason: systemMessage())
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw ImageFileError(.unreadable, file: path, reason: "it is not a plain file")
    }
    let count = Int(status.st_size)
    var failure: ImageFileError?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = 0
      while filled < count {
        let got = Glibc.read(descriptor, buffer.baseAddress?.advanced(by: filled), count - filled)
        if got > 0 {
          filled += got
        } else if got == 0 {
          break
        } else if errno != EINTR {
          failure = ImageFileError(.unreadable, file: path, reason: systemMessage())
          break
        }
      }
    }
    if let failure { throw failure }
    return bytes
  }

  /// Writes a file under a temporary name beside it, syncs it, and renames it into place, so that
  /// no reader ever meets half a file.
  package static func write(_ bytes: [UInt8], to path: String) throws(ImageFileError) {
    let temporary = path + ".\(getpid())-\(UInt32.random(in: 0 ... .max)).tmp"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw ImageFileError(.unwritable, file: path, reason: systemMessage())
    }
    var failure: ImageFileError?
    var written = 0
    while written < bytes.count {
      let put = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress?.advanced(by: written), bytes.count - written)
      }
      if put >= 0 {
        written += put
      } else if errno != EINTR {
        failure = ImageFileError(.unwritable, file: path, reason: systemMessage())
        break
      }
    }
    if failure == nil, fsync(descriptor) != 0 {
      failure = ImageFileError(.unwritable, file: path, reason: systemMessage())
    }
    if close(descriptor) != 0, failure == nil {
      failure = ImageFileError(.unwritable, file: path, reason: systemMessage())
    }
    if failure == nil, rename(temporary, path) != 0 {
      failure = ImageFileError(.unwritable, file: path, reason: systemMessage())
    }
    if let failure {
      unlink(temporary)
      throw failure
    }
  }

  private static func systemMessage() -> String {
    let code = errno
    return String(cString: strerror(code)).lowercased()
  }
}
