import Files
import Glibc

/// What tells one file from another, however its path is written: links and `..` are followed.
package struct FileIdentity: Sendable, Hashable {
  private let device: UInt
  private let number: UInt
  /// The size in bytes.
  package let size: Int
  private let mode: mode_t

  /// Asks the file system; nil if there is no such file.
  package init?(_ path: String) {
    var facts = stat()
    guard stat(FileName.bytes(of: path), &facts) == 0 else { return nil }
    (device, number) = (UInt(facts.st_dev), UInt(facts.st_ino))
    (size, mode) = (Int(facts.st_size), facts.st_mode)
  }

  /// Whether it is a regular file.
  package var isFile: Bool { mode & S_IFMT == S_IFREG }
  /// Whether it is a folder.
  package var isFolder: Bool { mode & S_IFMT == S_IFDIR }
}
