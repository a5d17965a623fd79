package import Files
import Glibc

/// The files below a folder, and what was found beside them.
///
/// Symbolic links are followed; a folder or file that was reached already is not visited again, so loops end.
/// Names that are not UTF-8 are kept as `FileName` describes.
package struct FolderWalk: Sendable {
  /// The paths of the regular files, sorted; hidden ones are left out.
  package private(set) var files: [String] = []
  /// The paths of links whose target does not exist, sorted.
  package private(set) var danglingLinks: [String] = []
  /// The paths of links to files that have a path here already, sorted.
  package private(set) var repeatedLinks: [String] = []
  /// The paths of links to folders that were visited already, sorted.
  package private(set) var repeatedFolders: [String] = []
  /// The paths of pipes, sockets and devices, sorted.
  package private(set) var specialFiles: [String] = []
  /// The folders that cannot be read, in order.
  package private(set) var unreadableFolders: [FileError] = []
  /// The number of hidden files and folders, such as macOS's `._film.dcm`.
  package private(set) var hiddenCount = 0

  private struct Identity: Hashable {
    let device: UInt
    let file: UInt

    init(_ status: stat) {
      device = UInt(status.st_dev)
      file = UInt(status.st_ino)
    }
  }

  private var visited: Set<Identity> = []
  private var folders: [String] = []
  private var links: [String] = []
  private var linkedFiles: [(path: String, identity: Identity)] = []

  /// Visits a folder and its subfolders.
  ///
  /// - Throws: `FileError` if the folder itself cannot be read.
  package init(_ folder: String) throws(FileError) {
    var status = stat()
    guard stat(FileName.bytes(of: folder), &status) == 0 else {
      throw FileError(.unreadable(errno: errno), path: folder)
    }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      throw FileError(.unreadable(errno: ENOTDIR), path: folder)
    }
    visited.insert(Identity(status))
    let root = folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder
    folders = [root]
    visitFolders()
    if let error = unreadableFolders.first, error.path == root { throw error }
    // Links come last, those to files after those to folders, so that a film has its own path where it has one.
    while !links.isEmpty {
      let next = links.sorted()
      links = []
      for link in next { follow(link) }
      visitFolders()
    }
    for (path, identity) in linkedFiles.sorted(by: { $0.path < $1.path }) {
      if visited.insert(identity).inserted {
        files.append(path)
      } else {
        repeatedLinks.append(path)
      }
    }
    files.sort()
    repeatedFolders.sort()
    danglingLinks.sort()
    specialFiles.sort()
    unreadableFolders.sort { $0.path < $1.path }
  }

  private mutating func visitFolders() {
    while let folder = folders.popLast() { visit(folder) }
  }

  private mutating func visit(_ folder: String) {
    guard let stream = opendir(FileName.bytes(of: folder)) else {
      unreadableFolders.append(FileError(.unreadable(errno: errno), path: folder))
      return
    }
    defer { closedir(stream) }
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        if errno != 0 {
          unreadableFolders.append(FileError(.unreadable(errno: errno), path: folder))
        }
        return
      }
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        let bytes = UnsafeRawPointer(pointer).assumingMemoryBound(to: UInt8.self)
        return FileName.text(
          UnsafeBufferPointer(start: bytes, count: strlen(UnsafePointer(OpaquePointer(bytes)))))
      }
      if name == "." || name == ".." { continue }
      if name.hasPrefix(".") {
        hiddenCount += 1
        continue
      }
      add((folder == "/" ? "" : folder) + "/" + name)
    }
  }

  private mutating func add(_ path: String) {
    var status = stat()
    guard lstat(FileName.bytes(of: path), &status) == 0 else {
      unreadableFolders.append(FileError(.unreadable(errno: errno), path: path))
      return
    }
    if status.st_mode & S_IFMT == S_IFLNK {
      links.append(path)
    } else {
      add(path, status, isLink: false)
    }
  }

  private mutating func follow(_ link: String) {
    var status = stat()
    guard stat(FileName.bytes(of: link), &status) == 0 else {
      // A target that does not exist, or links that only lead to each other.
      if errno == ENOENT || errno == ELOOP || errno == ENOTDIR {
        danglingLinks.append(link)
      } else {
        unreadableFolders.append(FileError(.unreadable(errno: errno), path: link))
      }
      return
    }
    add(link, status, isLink: true)
  }

  private mutating func add(_ path: String, _ status: stat, isLink: Bool) {
    switch status.st_mode & S_IFMT {
    case S_IFDIR:
      if visited.insert(Identity(status)).inserted {
        folders.append(path)
      } else {
        repeatedFolders.append(path)
      }
    case S_IFREG:
      // Two names of one file are two files, a link to a file that was found is not.
      if isLink {
        linkedFiles.append((path, Identity(status)))
      } else {
        visited.insert(Identity(status))
        files.append(path)
      }
    default: specialFiles.append(path)
    }
  }
}
