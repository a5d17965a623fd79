import Foundation

/// The state of a database that no process writes to.
///
/// SQLite opens a database in WAL mode with two more files beside it, which a reader cannot remove again. Without a
/// write-ahead log there is nothing to coordinate with, so the file is opened as immutable; if its state is the same after
/// reading, nobody wrote meanwhile.
struct QuietDatabase: Sendable, Equatable {
  private let path: String
  private let file: UInt
  private let size: Int
  private let modified: [Int]

  /// Reads the state; nil if there is a write-ahead log with content, or no such file.
  init?(_ path: String) {
    var log = stat()
    if stat(path + "-wal", &log) == 0 {
      guard log.st_size == 0 else { return nil }
    } else if errno != ENOENT {
      return nil
    }
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    self.path = path
    file = UInt(status.st_ino)
    size = Int(status.st_size)
    modified = [Int(status.st_mtim.tv_sec), Int(status.st_mtim.tv_nsec)]
  }

  /// The address that opens the file as immutable.
  var address: String {
    let plain = CharacterSet(
      charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/")
    let text = path.addingPercentEncoding(withAllowedCharacters: plain) ?? path
    // Without the empty host, a path that begins with two slashes would be taken for one.
    return (path.hasPrefix("/") ? "file://" : "file:") + text + "?immutable=1"
  }
}
