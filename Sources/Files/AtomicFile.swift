package import Foundation

/// Writes a file under a temporary name, syncs and renames it, so that it is never incomplete.
package enum AtomicFile {
  /// Writes a file with a function.
  ///
  /// - Parameters:
  ///   - path: The final name; an existing file is replaced.
  ///   - body: Writes the content.
  /// - Throws: `FileError`, or an error of `body`. An existing file is not changed then.
  package static func write(to path: String, _ body: (FileHandle) throws -> Void) throws {
    let folder = (path as NSString).deletingLastPathComponent
    let temporary =
      (folder.isEmpty ? "" : folder + "/")
      + ".\((path as NSString).lastPathComponent).\(getpid()).part"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw FileError(.unwritable(errno: errno), path: path) }
    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    do {
      do {
        try body(file)
        try file.synchronize()
        try file.close()
      } catch {
        throw systemCode(of: error).map { FileError(.unwritable(errno: $0), path: path) } ?? error
      }
      guard rename(temporary, path) == 0 else {
        throw FileError(.unwritable(errno: errno), path: path)
      }
    } catch {
      try? file.close()
      unlink(temporary)
      throw error
    }
    // Sync the folder, which contains the new name.
    let directory = open(folder.isEmpty ? "." : folder, O_RDONLY | O_CLOEXEC)
    if directory >= 0 {
      fsync(directory)
      close(directory)
    }
  }

  /// Writes bytes.
  ///
  /// - Throws: `FileError`.
  package static func write(_ bytes: some DataProtocol, to path: String) throws(FileError) {
    do {
      try write(to: path) { try $0.write(contentsOf: bytes) }
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
/// - Throws: `FileError`.
package func createFolder(_ path: String) throws(FileError) {
  do {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  } catch {
    throw FileError(.folderNotCreated(errno: systemCode(of: error) ?? EIO), path: path)
  }
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
