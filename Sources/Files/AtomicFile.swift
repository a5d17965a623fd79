package import Foundation

/// Writes a file under a temporary name, syncs and renames it, so that it is never incomplete.
package enum AtomicFile {
  /// Writes a file with a function.
  ///
  /// A link is followed. A device or a pipe is written directly.
  ///
  /// - Parameters:
  ///   - path: The final name; an existing file is replaced.
  ///   - syncs: Whether the file survives a failure of the machine.
  ///   - body: Writes the content.
  /// - Throws: `FileError`, or an error of `body`. An existing file is not changed then.
  package static func write(
    to path: String, syncs: Bool = true, _ body: (FileHandle) throws -> Void
  ) throws {
    var status = stat()
    let exists = stat(path, &status) == 0
    let kind = status.st_mode & S_IFMT
    if exists, kind != S_IFREG, kind != S_IFDIR { return try writeDirectly(to: path, body) }
    let target = exists && kind == S_IFREG ? resolved(path) : path
    let part: PartFile
    do { part = try PartFile.create(for: target) } catch { throw error.at(path) }
    let file = FileHandle(fileDescriptor: part.descriptor, closeOnDealloc: true)
    do {
      do {
        try body(file)
        if exists, kind == S_IFREG { fchmod(part.descriptor, status.st_mode & 0o7777) }
        if syncs { try file.synchronize() }
      } catch {
        throw systemCode(of: error).map { FileError(.unwritable(errno: $0), path: path) } ?? error
      }
      // The lock ends with the descriptor, so it is closed after the file has its name.
      let code = TemporaryFiles.finish(part.path) { rename(part.path, target) == 0 ? 0 : errno }
      guard code == 0 else { throw FileError(.unwritable(errno: code), path: path) }
      do {
        try file.close()
      } catch {
        throw FileError(.unwritable(errno: systemCode(of: error) ?? EIO), path: path)
      }
    } catch {
      TemporaryFiles.finish(part.path) { _ = unlink(part.path) }
      try? file.close()
      throw error
    }
    if syncs { syncFolder(of: target) }
  }

  /// The path without symbolic links; the path itself if it cannot be resolved.
  private static func resolved(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }

  private static func writeDirectly(
    to path: String, _ body: (FileHandle) throws -> Void
  ) throws {
    // O_NONBLOCK: opening a pipe without a reader does not wait.
    let descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileError(.unwritable(errno: errno), path: path) }
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    do {
      try body(file)
      try file.close()
    } catch {
      try? file.close()
      throw systemCode(of: error).map { FileError(.unwritable(errno: $0), path: path) } ?? error
    }
  }

  /// Makes a new name durable.
  private static func syncFolder(of path: String) {
    let folder = PathParts(path).folder
    let directory = open(folder.isEmpty ? "." : folder, O_RDONLY | O_CLOEXEC)
    guard directory >= 0 else { return }
    fsync(directory)
    close(directory)
  }

  /// Writes bytes.
  ///
  /// - Throws: `FileError`.
  package static func write(
    _ bytes: some DataProtocol, to path: String, syncs: Bool = true
  ) throws(FileError) {
    do {
      try write(to: path, syncs: syncs) { try $0.write(contentsOf: bytes) }
    } catch let error as FileError {
      throw error
    } catch {
      throw FileError(.unwritable(errno: EIO), path: path)
    }
  }

  /// Writes text in UTF-8.
  ///
  /// - Throws: `FileError`.
  package static func write(_ text: String, to path: String) throws(FileError) {
    try write(Data(text.utf8), to: path)
  }
}

/// Creates a folder and its missing parents.
///
/// - Returns: The folders that this call created, parents first.
/// - Throws: `FileError`.
@discardableResult
package func createFolder(_ path: String) throws(FileError) -> [String] {
  var status = stat()
  if stat(path, &status) == 0 {
    guard status.st_mode & S_IFMT == S_IFDIR else {
      throw FileError(.folderNotCreated(errno: ENOTDIR), path: path)
    }
    return []
  }
  let parent = PathParts(path).parent
  var created: [String] = []
  do {
    if !parent.isEmpty, parent != path { created = try createFolder(parent) }
  } catch {
    throw FileError(error.reason, path: path)
  }
  guard mkdir(path, 0o777) == 0 else {
    let code = errno
    // Another process may have created it meanwhile.
    if code == EEXIST, stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      return created
    }
    for folder in created.reversed() { rmdir(folder) }
    throw FileError(.folderNotCreated(errno: code), path: path)
  }
  return created + [path]
}

/// The `errno` of an error of Foundation; nil if it is not a file system error.
package func systemCode(of error: any Error) -> Int32? {
  let error = error as NSError
  if error.domain == NSPOSIXErrorDomain { return Int32(error.code) }
  if let under = error.userInfo[NSUnderlyingErrorKey] as? NSError,
    under.domain == NSPOSIXErrorDomain
  {
    return Int32(under.code)
  }
  guard error.domain == NSCocoaErrorDomain else { return nil }
  switch CocoaError.Code(rawValue: error.code) {
  case .fileNoSuchFile, .fileReadNoSuchFile: return ENOENT
  case .fileReadNoPermission, .fileWriteNoPermission: return EACCES
  case .fileWriteOutOfSpace: return ENOSPC
  case .fileWriteFileExists: return EEXIST
  default: return nil
  }
}
