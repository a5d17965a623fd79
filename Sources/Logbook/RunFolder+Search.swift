package import Files
import Foundation

/// The runs in folders and their subfolders.
///
/// Hidden folders and what runs write (`checkpoints`, `figures`) are not visited. Links are followed; a folder that was
/// reached already is not visited again, so loops end.
package struct RunSearch: Sendable {
  /// A run that was found.
  package struct Found: Sendable, Equatable {
    /// The path, which begins with that of the folder.
    package let path: String
    /// The path below the folder; the last part of its path if the folder itself is the run.
    package let name: String
  }

  /// The runs, sorted by path within each folder.
  package private(set) var runs: [Found] = []
  /// The subfolders that cannot be read.
  package private(set) var unreadableFolders: [FileError] = []

  private struct Identity: Hashable {
    let device: UInt
    let file: UInt

    init(_ status: stat) {
      device = UInt(status.st_dev)
      file = UInt(status.st_ino)
    }
  }

  private var visited: Set<Identity> = []
  private static let ownFolders: Set = ["checkpoints", "figures"]

  /// Searches folders.
  ///
  /// - Throws: `FileError` if one of the folders cannot be read.
  package init(_ folders: [String]) throws(FileError) {
    for folder in folders {
      let root = folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder
      let first = runs.count
      var (pending, links) = ([(path: root, name: "")], [(path: String, name: String)]())
      // Links come last, so that a run has its own name where it has one.
      while let next = pending.popLast() ?? links.popLast() {
        let entries = Self.entries(of: next.path)
        if let code = entries.code {
          let error = FileError(.unreadable(errno: code), path: next.path)
          if next.name.isEmpty { throw error }
          // A link that leads nowhere, or to a file.
          if code != ENOENT && code != ENOTDIR { unreadableFolders.append(error) }
        }
        guard let identity = entries.identity, visited.insert(identity).inserted else { continue }
        if entries.hasSettings || entries.hasLock && RunFolder.isRun(next.path) {
          let last = root.split(separator: "/").last.map(String.init) ?? root
          runs.append(Found(path: next.path, name: next.name.isEmpty ? last : next.name))
        }
        func child(_ name: String) -> (path: String, name: String) {
          ("\(next.path)/\(name)", next.name.isEmpty ? name : "\(next.name)/\(name)")
        }
        let isRun = entries.hasSettings
        pending += entries.folders.filter { !isRun || !Self.ownFolders.contains($0) }.map(child)
        links += entries.links.filter { !isRun || !Self.ownFolders.contains($0) }.map(child)
      }
      runs[first...].sort { $0.path < $1.path }
    }
    unreadableFolders.sort { $0.path < $1.path }
  }

  private struct Entries {
    var folders: [String] = []
    /// Links, and entries of which the file system does not tell what they are.
    var links: [String] = []
    var hasSettings = false
    var hasLock = false
    var identity: Identity?
    /// The `errno` of a failure.
    var code: Int32?
  }

  /// Reads a folder; strings are created of subfolders only, since there may be many files.
  private static func entries(of folder: String) -> Entries {
    var found = Entries()
    guard let stream = opendir(FileName.bytes(of: folder)) else {
      found.code = errno
      return found
    }
    defer { closedir(stream) }
    var status = stat()
    if fstat(dirfd(stream), &status) == 0 { found.identity = Identity(status) }
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        if errno != 0 { found.code = errno }
        return found
      }
      withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        let name = UnsafeRawPointer(pointer).assumingMemoryBound(to: CChar.self)
        if strcmp(name, "run.json") == 0 { found.hasSettings = true }
        if strcmp(name, RunFolder.lockName) == 0 { found.hasLock = true }
        let kind = Int(entry.pointee.d_type)
        guard name.pointee != CChar(46), [Int(DT_DIR), Int(DT_LNK), Int(DT_UNKNOWN)].contains(kind)
        else { return }
        let bytes = UnsafeRawPointer(pointer).assumingMemoryBound(to: UInt8.self)
        let text = FileName.text(UnsafeBufferPointer(start: bytes, count: strlen(name)))
        if kind == Int(DT_DIR) { found.folders.append(text) } else { found.links.append(text) }
      }
    }
  }
}
