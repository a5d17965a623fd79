import Glibc

/// An error of reading or writing a file or folder.
public struct FileError: LightboxError, Equatable {
  /// The reason of an error, with its facts.
  package enum Reason: Sendable, Equatable {
    /// The file cannot be opened or read.
    case unreadable(errno: Int32)
    /// The file cannot be created or written.
    case unwritable(errno: Int32)
    /// The folder cannot be created.
    case folderNotCreated(errno: Int32)
    /// The path is a folder, a pipe or a device.
    case notAFile
    /// The file has more bytes than any valid one.
    case tooLarge(bytes: Int, limit: Int)
  }

  package let reason: Reason
  /// The path.
  package let path: String

  /// Creates an error.
  package init(_ reason: Reason, path: String) {
    self.reason = reason
    self.path = path
  }

  /// The same facts with another path.
  package func at(_ path: String) -> FileError { FileError(reason, path: path) }

  /// The path.
  public var place: ErrorPlace { ErrorPlace(file: path) }

  /// The operation that failed, with the operating system's description.
  public var problem: String {
    switch reason {
    case .unreadable(let code): "it cannot be read: \(systemWords(code))"
    case .unwritable(let code): "it cannot be written: \(systemWords(code))"
    case .folderNotCreated(let code): "the folder cannot be created: \(systemWords(code))"
    case .notAFile: "it is not a file"
    case .tooLarge(let bytes, let limit): "it has \(bytes) bytes; the limit is \(limit)"
    }
  }

  /// Advice for common values of `errno`.
  public var remedy: String? {
    let code =
      switch reason {
      case .unreadable(let code), .unwritable(let code), .folderNotCreated(let code): code
      case .notAFile, .tooLarge: ENOENT
      }
    switch code {
    case ENOENT, ENOTDIR: return "check the path"
    case EACCES, EPERM, EROFS: return "check the permissions"
    case EEXIST: return "choose another path"
    case ENAMETOOLONG: return "use a shorter name"
    case EIO: return "check the disk"
    case ENOSPC, EDQUOT, EFBIG: return "free disk space and try again; no file was changed"
    default: return nil
    }
  }
}

/// The operating system's description of an `errno`.
package func systemWords(_ code: Int32) -> String { String(cString: strerror(code)) }
