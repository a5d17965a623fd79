import Foundation
import Glibc

/// A data set under construction: everything is written aside and moved into its folder at the end.
///
/// The place aside is a hidden folder inside the target, so that it lies on the same disk whatever the
/// target is (a mount point, a link, the working directory). A killed program leaves only that hidden
/// folder, and the next one removes it: a lock tells whether its owner is still at work.
final class StagedFolder {
  /// The folder that is to hold the data set.
  let target: String
  /// Where to write.
  let staging: String
  private let lock: Int32
  private let madeTarget: Bool
  private var isFinished = false

  private static let prefix = ".lightbox-partial-"
  private static let lockName = ".lock"

  /// Prepares a folder.
  ///
  /// - Parameters:
  ///   - target: The folder; made if it is missing.
  ///   - entries: The names that such a data set has at its top; only these are ever replaced.
  ///   - overwrite: Whether a data set that is already there is replaced.
  /// - Throws: `DatasetError` when the folder is in use or can't be written.
  init(target: String, entries: Set<String>, overwrite: Bool) throws(DatasetError) {
    let files = FileManager.default
    var isFolder: ObjCBool = false
    let exists = files.fileExists(atPath: target, isDirectory: &isFolder)
    if exists {
      guard isFolder.boolValue else { throw DatasetError(.notAFolder, path: target) }
      for entry in try Self.list(target) where !Self.isStale(entry, in: target) {
        guard overwrite else { throw DatasetError(.folderNotEmpty(found: entry), path: target) }
        guard entries.contains(entry) else {
          throw DatasetError(.foreignEntry(entry), path: target)
        }
      }
    }
    self.target = target
    madeTarget = !exists
    staging = target + "/" + Self.prefix + String(UInt64.random(in: 0...(.max)), radix: 36)
    do {
      try files.createDirectory(atPath: staging, withIntermediateDirectories: true)
    } catch {
      throw Self.failure(error, path: target)
    }
    lock = open(staging + "/" + Self.lockName, O_CREAT | O_RDWR | O_CLOEXEC, 0o644)
    guard lock >= 0, flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      let words = String(cString: strerror(errno))
      if lock >= 0 { close(lock) }
      isFinished = true
      try? files.removeItem(atPath: staging)
      throw DatasetError(.cannotWrite(words), path: staging)
    }
  }

  deinit {
    if !isFinished { abandon() }
  }

  /// Moves everything into the target, the named entry last, and removes what was there before.
  func commit(last: String) throws(DatasetError) {
    let files = FileManager.default
    let old = staging + "/.old"
    do {
      let new = try files.contentsOfDirectory(atPath: staging).filter { $0 != Self.lockName }
      let present = try files.contentsOfDirectory(atPath: target)
        .filter { !$0.hasPrefix(Self.prefix) }
      if !present.isEmpty {
        try files.createDirectory(atPath: old, withIntermediateDirectories: false)
        // The list goes first and comes last: without it nobody takes half a set for a whole one.
        for entry in present.filter({ $0 == last }) + present.filter({ $0 != last }) {
          try files.moveItem(atPath: target + "/" + entry, toPath: old + "/" + entry)
        }
      }
      for entry in new.filter({ $0 != last }) + new.filter({ $0 == last }) {
        try files.moveItem(atPath: staging + "/" + entry, toPath: target + "/" + entry)
      }
      for entry in try files.contentsOfDirectory(atPath: target)
      where Self.isStale(entry, in: target) {
        try? files.removeItem(atPath: target + "/" + entry)
      }
    } catch {
      throw Self.failure(error, path: target)
    }
    isFinished = true
    try? files.removeItem(atPath: staging)
    close(lock)
  }

  /// Removes what was written so far.
  private func abandon() {
    isFinished = true
    try? FileManager.default.removeItem(atPath: staging)
    close(lock)
    // Only an empty folder goes: rmdir refuses any other.
    if madeTarget { rmdir(target) }
  }

  private static func list(_ folder: String) throws(DatasetError) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    } catch {
      throw DatasetError(.cannotRead(error.localizedDescription), path: folder)
    }
  }

  /// Whether an entry was left by a program that is no longer there.
  private static func isStale(_ entry: String, in folder: String) -> Bool {
    guard entry.hasPrefix(prefix) else { return false }
    let descriptor = open(folder + "/" + entry + "/" + lockName, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { return errno == ENOENT }
    defer { close(descriptor) }
    return flock(descriptor, LOCK_EX | LOCK_NB) == 0
  }

  /// The typed error for what the system said.
  static func failure(_ error: any Error, path: String) -> DatasetError {
    if let error = error as? DatasetError { return error }
    var current: NSError? = error as NSError
    while let error = current {
      let isPOSIX = error.domain == NSPOSIXErrorDomain
      if isPOSIX && (error.code == Int(ENOSPC) || error.code == Int(EDQUOT)) {
        return DatasetError(.noSpace(neededBytes: nil), path: path)
      }
      if error.domain == NSCocoaErrorDomain
        && error.code == CocoaError.Code.fileWriteOutOfSpace.rawValue
      {
        return DatasetError(.noSpace(neededBytes: nil), path: path)
      }
      current = error.userInfo[NSUnderlyingErrorKey] as? NSError
    }
    return DatasetError(.cannotWrite(error.localizedDescription), path: path)
  }

  /// Writes a file that must not exist yet.
  static func write(_ bytes: [UInt8], to path: String) throws(DatasetError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw systemFailure(errno, path: path) }
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        Glibc.write(descriptor, buffer.baseAddress.map { $0 + written }, bytes.count - written)
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else {
        let code = errno
        close(descriptor)
        throw systemFailure(code, path: path)
      }
      written += count
    }
    // Some file systems tell only here that the disk is full.
    guard close(descriptor) == 0 else { throw systemFailure(errno, path: path) }
  }

  private static func systemFailure(_ code: Int32, path: String) -> DatasetError {
    code == ENOSPC || code == EDQUOT
      ? DatasetError(.noSpace(neededBytes: nil), path: path)
      : DatasetError(.cannotWrite(String(cString: strerror(code))), path: path)
  }
}
