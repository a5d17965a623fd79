import Files
import Foundation
import Glibc

/// A staging folder for a data set: files are written there and moved to the target at the end.
///
/// It is a hidden folder inside of the target, so that both are on the same file system. A process
/// that is killed leaves only the hidden folder, which the next one removes; a file lock marks it
/// as in use.
final class StagedFolder {
  /// The output folder.
  let target: String
  /// The folder to write to.
  let staging: String
  private let lock: Int32
  private let createdTarget: Bool
  private var isFinished = false

  private static let prefix = ".lightbox-partial-"
  private static let lockName = ".lock"

  /// Creates a staging folder.
  ///
  /// - Parameters:
  ///   - target: The output folder, created if it is missing.
  ///   - entries: The top-level entries of the data set; only these are ever replaced.
  ///   - overwrite: Whether to replace an existing data set.
  /// - Throws: `DatasetError` if the folder is not empty or not writable.
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
    createdTarget = !exists
    staging = target + "/" + Self.prefix + String(UInt64.random(in: 0...(.max)), radix: 36)
    TemporaryFiles.add(staging)
    do {
      try files.createDirectory(atPath: staging, withIntermediateDirectories: true)
    } catch {
      throw Self.failure(error, path: target)
    }
    lock = open(staging + "/" + Self.lockName, O_CREAT | O_RDWR | O_CLOEXEC, 0o644)
    guard lock >= 0, flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      let code = errno
      if lock >= 0 { close(lock) }
      isFinished = true
      try? files.removeItem(atPath: staging)
      throw DatasetError(.file(.unwritable(errno: code)), path: staging)
    }
  }

  deinit {
    if !isFinished { abandon() }
  }

  /// Moves the files to the target, the named entry last, and removes the previous data set.
  func commit(last: String) throws(DatasetError) {
    let files = FileManager.default
    let old = staging + "/.old"
    do {
      let new = try files.contentsOfDirectory(atPath: staging).filter { $0 != Self.lockName }
      let present = try files.contentsOfDirectory(atPath: target)
        .filter { !$0.hasPrefix(Self.prefix) }
      if !present.isEmpty {
        try files.createDirectory(atPath: old, withIntermediateDirectories: false)
        // The list is removed first and added last, so an incomplete data set never has one.
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
    TemporaryFiles.finish(staging) { try? files.removeItem(atPath: staging) }
    close(lock)
  }

  /// Removes the staging folder.
  private func abandon() {
    isFinished = true
    TemporaryFiles.finish(staging) { try? FileManager.default.removeItem(atPath: staging) }
    close(lock)
    // rmdir removes empty folders only.
    if createdTarget { rmdir(target) }
  }

  private static func list(_ folder: String) throws(DatasetError) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    } catch {
      throw DatasetError(.file(.unreadable(errno: systemCode(of: error) ?? EIO)), path: folder)
    }
  }

  /// Whether an entry is the staging folder of a process that no longer runs.
  private static func isStale(_ entry: String, in folder: String) -> Bool {
    guard entry.hasPrefix(prefix) else { return false }
    let descriptor = open(folder + "/" + entry + "/" + lockName, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { return errno == ENOENT }
    defer { close(descriptor) }
    return flock(descriptor, LOCK_EX | LOCK_NB) == 0
  }

  /// Converts an error of the file system.
  static func failure(_ error: any Error, path: String) -> DatasetError {
    switch error {
    case let error as DatasetError: error
    case let error as FileError: DatasetError(.file(error.reason), path: error.path)
    default: DatasetError(.file(.unwritable(errno: systemCode(of: error) ?? EIO)), path: path)
    }
  }
}
