import Foundation
import Synchronization

/// The temporary file beside a file that is written.
///
/// Its writer holds a file lock on it. A file without one belongs to a process that was killed, and the next
/// process that writes the same target removes it.
struct PartFile {
  let path: String
  let descriptor: Int32

  private static let counter = Atomic<Int>(0)
  /// Temporary files by folder, as found when this process first wrote to it.
  private static let found = Mutex<[String: [String]]>([:])
  private static let foldersKept = 256

  /// Creates the temporary file of a target.
  static func create(for target: String) throws(FileError) -> PartFile {
    let parts = PathParts(target)
    let (folder, prefix) = (parts.folder, prefix(of: parts.name))
    removeStale(prefix, in: folder)
    for _ in 0..<1000 {
      let number = counter.wrappingAdd(1, ordering: .relaxed).newValue
      let path = "\(folder)\(prefix)\(getpid())-\(number).part"
      TemporaryFiles.add(path)
      let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o644)
      guard descriptor >= 0 else {
        let code = errno
        TemporaryFiles.finish(path) {}
        if code == EEXIST { continue }
        throw FileError(.unwritable(errno: code), path: target)
      }
      flock(descriptor, LOCK_EX)
      // Another process may have taken the lock first and removed the file.
      var status = stat()
      if fstat(descriptor, &status) == 0, status.st_nlink > 0 {
        return PartFile(path: path, descriptor: descriptor)
      }
      close(descriptor)
      TemporaryFiles.finish(path) {}
    }
    throw FileError(.unwritable(errno: EEXIST), path: target)
  }

  /// A name has at most 255 bytes, so a long one is replaced by its checksum.
  private static func prefix(of name: String) -> String {
    let short = name.utf8.count <= 200 ? name : String(FileHash.sha256(Array(name.utf8)).prefix(32))
    return ".\(short)."
  }

  private static func removeStale(_ prefix: String, in folder: String) {
    let names = found.withLock { found in
      if found[folder] == nil {
        if found.count >= foldersKept { found = [:] }
        let all = try? FileManager.default.contentsOfDirectory(
          atPath: folder.isEmpty ? "." : folder)
        found[folder] = (all ?? []).filter { $0.hasPrefix(".") && $0.hasSuffix(".part") }
      }
      let own = found[folder]?.filter { isPart($0, prefix) } ?? []
      if !own.isEmpty { found[folder]?.removeAll { isPart($0, prefix) } }
      return own
    }
    for name in names { removeIfStale(folder + name) }
  }

  /// Whether a name is the prefix, the process and the number of a temporary file.
  private static func isPart(_ name: String, _ prefix: String) -> Bool {
    guard name.hasPrefix(prefix) else { return false }
    let middle = name.dropFirst(prefix.count).dropLast(".part".count)
    return !middle.isEmpty && middle.allSatisfy { $0.isASCII && ($0.isNumber || $0 == "-") }
  }

  private static func removeIfStale(_ path: String) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else { return }
    if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { unlink(path) }
    close(descriptor)
  }
}
