import Glibc

/// What changes when a file is written or replaced.
package struct FileStamp: Sendable, Hashable {
  /// In bytes.
  package var size = 0
  /// The time of the last change of the file, in nanoseconds since 1970 (`st_ctim`, which programs cannot set).
  package var modified = 0
  /// The number in the file system.
  package var inode = 0

  /// Creates a stamp from its parts.
  package init(size: Int = 0, modified: Int = 0, inode: Int = 0) {
    self.size = size
    self.modified = modified
    self.inode = inode
  }

  /// Asks the file system; nil if there is no such file.
  package init?(_ path: String) {
    var facts = stat()
    guard stat(FileName.bytes(of: path), &facts) == 0 else { return nil }
    self.init(
      size: Int(facts.st_size),
      modified: Int(facts.st_ctim.tv_sec) * 1_000_000_000 + Int(facts.st_ctim.tv_nsec),
      inode: Int(truncatingIfNeeded: facts.st_ino))
  }
}
