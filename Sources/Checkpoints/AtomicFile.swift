public import Foundation

/// Files that are whole or not there: written under a temporary name, synced, renamed.
public enum AtomicFile {
  /// Writes a file.
  ///
  /// - Parameters:
  ///   - path: What it is called in the end; replaced if it exists.
  ///   - body: Writes the content.
  /// - Throws: `CheckpointError` naming the path; what was there before is still there then.
  public static func write(
    to path: String, _ body: (FileHandle) throws -> Void
  ) throws(CheckpointError) {
    let folder = (path as NSString).deletingLastPathComponent
    let temporary =
      (folder.isEmpty ? "" : folder + "/")
      + ".\((path as NSString).lastPathComponent).\(getpid()).part"
    func fail(_ what: String, _ error: (any Error)? = nil) -> CheckpointError {
      let code = errno
      try? FileManager.default.removeItem(atPath: temporary)
      var reason = String(cString: strerror(code))
      if let error = error as NSError? {
        let posix = (error.userInfo[NSUnderlyingErrorKey] as? NSError) ?? error
        if posix.domain == NSPOSIXErrorDomain {
          reason = String(cString: strerror(Int32(posix.code)))
        }
      }
      let hint =
        reason.contains("No space") ? "; make room and try again, the old file is untouched" : ""
      return CheckpointError(.system("\(what): \(reason)\(hint)"), path: path)
    }
    guard FileManager.default.createFile(atPath: temporary, contents: nil),
      let file = FileHandle(forWritingAtPath: temporary)
    else { throw fail("it cannot be created") }
    do {
      try body(file)
      try file.synchronize()
      try file.close()
    } catch {
      try? file.close()
      // What was to be written could not be read: that is the other file's error.
      if let error = error as? CheckpointError {
        try? FileManager.default.removeItem(atPath: temporary)
        throw error
      }
      throw fail("it cannot be written", error)
    }
    guard rename(temporary, path) == 0 else { throw fail("it cannot be put in place") }
    // The rename itself has to reach the disk too.
    let descriptor = open(folder.isEmpty ? "." : folder, O_RDONLY)
    if descriptor >= 0 {
      fsync(descriptor)
      close(descriptor)
    }
  }

  /// Writes a text.
  public static func write(_ text: String, to path: String) throws(CheckpointError) {
    try write(to: path) { try $0.write(contentsOf: Data(text.utf8)) }
  }
}
