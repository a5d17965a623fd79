import Foundation
import Synchronization

/// The lock of a process on a folder that it writes to.
///
/// It is a file in the folder with a file lock (`flock`), which the operating system releases however the
/// process ends, and the facts of the process. A file system without file locks has only the facts.
package final class FolderLock: Sendable {
  /// The process that holds or held a lock.
  package struct Owner: Codable, Sendable, Equatable {
    /// The process.
    package let pid: Int32
    /// The name of the computer.
    package let host: String
    /// The boot of the computer.
    package let boot: String
    /// The start of the process in clock ticks after the boot.
    package let started: String
    /// Whether the process holds a file lock.
    package let isLocked: Bool
  }

  /// Who uses a folder.
  package enum State: Sendable, Equatable {
    /// There is no lock.
    case free
    /// A process that runs, or may run on another computer.
    case held(Owner?)
    /// A process that ended without releasing the lock.
    case left(Owner?)
  }

  private let path: String
  private let descriptor: Int32
  private let isReleased = Mutex(false)

  private init(_ path: String, _ descriptor: Int32) {
    self.path = path
    self.descriptor = descriptor
  }

  deinit { release() }

  /// Takes the lock.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - usesFlock: Whether the file system has file locks, for tests.
  /// - Returns: The lock; nil if `state(of:)` says who uses the folder.
  /// - Throws: `FileError`.
  package static func acquire(
    _ path: String, usesFlock: Bool = true
  ) throws(FileError) -> FolderLock? {
    for attempt in 0..<20 {
      let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o644)
      guard descriptor >= 0 else { throw FileError(.unwritable(errno: errno), path: path) }
      let locked = usesFlock ? tryFlock(descriptor, LOCK_EX) : nil
      if locked == false {
        close(descriptor)
        // `state(of:)` of another process takes the lock for a moment.
        if attempt < 5 {
          usleep(10_000)
          continue
        }
        return nil
      }
      if locked == nil {
        close(descriptor)
        return try createExclusively(path)
      }
      // The owner may have removed the file between the two calls.
      if isSame(descriptor, path) {
        let lock = FolderLock(path, descriptor)
        do { try write(.current(isLocked: true), to: descriptor, path) } catch {
          lock.release()
          throw error
        }
        return lock
      }
      close(descriptor)
    }
    return nil
  }

  /// Without file locks, only the creator of a file owns it.
  ///
  /// `acquire` may have created it empty.
  private static func createExclusively(_ path: String) throws(FileError) -> FolderLock? {
    var status = stat()
    if stat(path, &status) == 0, status.st_size > 0 { return nil }
    // Only one process can link its own file to the name.
    let own = "\(path).\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
    let descriptor = open(own, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o644)
    guard descriptor >= 0 else { throw FileError(.unwritable(errno: errno), path: path) }
    defer { unlink(own) }
    try write(.current(isLocked: false), to: descriptor, path)
    let claim = path + ".claim"
    guard link(own, claim) == 0 else {
      let code = errno
      close(descriptor)
      if code == EEXIST { return nil }
      throw FileError(.unwritable(errno: code), path: path)
    }
    defer { unlink(claim) }
    guard stat(path, &status) != 0 || status.st_size == 0, rename(own, path) == 0 else {
      close(descriptor)
      return nil
    }
    return FolderLock(path, descriptor)
  }

  /// Removes the file and releases the lock.
  package func release() {
    isReleased.withLock { isReleased in
      guard !isReleased else { return }
      isReleased = true
      if Self.isSame(descriptor, path) { unlink(path) }
      close(descriptor)
    }
  }

  /// Who uses the folder.
  package static func state(of path: String) -> State {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else { return errno == ENOENT || errno == ENOTDIR ? .free : .held(nil) }
    defer { close(descriptor) }
    let owner = owner(descriptor)
    if let owner, !owner.isLocked { return owner.mayRun ? .held(owner) : .left(owner) }
    switch tryFlock(descriptor, LOCK_SH) {
    case false: return .held(owner)
    case true: return .left(owner)
    default: return owner?.mayRun == true ? .held(owner) : .left(owner)
    }
  }

  private static func owner(_ descriptor: Int32) -> Owner? {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    guard count > 0 else { return nil }
    return try? JSONDecoder().decode(Owner.self, from: Data(bytes.prefix(count)))
  }

  /// True if the lock was taken, false if another process has it, nil if there are no locks.
  private static func tryFlock(_ descriptor: Int32, _ kind: Int32) -> Bool? {
    while flock(descriptor, kind | LOCK_NB) != 0 {
      if errno == EINTR { continue }
      return errno == EWOULDBLOCK ? false : nil
    }
    return true
  }

  private static func isSame(_ descriptor: Int32, _ path: String) -> Bool {
    var (a, b) = (stat(), stat())
    return fstat(descriptor, &a) == 0 && lstat(path, &b) == 0 && a.st_ino == b.st_ino
      && a.st_dev == b.st_dev
  }

  private static func write(
    _ owner: Owner, to descriptor: Int32, _ path: String
  ) throws(FileError) {
    guard let data = try? JSONEncoder().encode(owner) else { return }
    let bytes = [UInt8](data) + [UInt8(ascii: "\n")]
    ftruncate(descriptor, 0)
    guard pwrite(descriptor, bytes, bytes.count, 0) == bytes.count else {
      throw FileError(.unwritable(errno: errno), path: path)
    }
  }
}

extension FolderLock.Owner {
  /// This process.
  package static func current(isLocked: Bool) -> Self {
    Self(
      pid: getpid(), host: currentHost, boot: currentBoot,
      started: startTime(of: getpid()) ?? "", isLocked: isLocked)
  }

  /// Whether the process runs, or ran on another computer, of which nothing is known here.
  package var mayRun: Bool {
    guard host == Self.currentHost else { return true }
    return boot == Self.currentBoot && Self.startTime(of: pid) == started
  }

  /// Foundation's host name asks the network.
  private static var currentHost: String {
    var name = [CChar](repeating: 0, count: 256)
    gethostname(&name, name.count - 1)
    return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  private static var currentBoot: String {
    let text = try? readProc("/proc/sys/kernel/random/boot_id")
    return text?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
  }

  /// Field 22 of `/proc/PID/stat`; the name in parentheses before it may have spaces.
  private static func startTime(of pid: Int32) -> String? {
    guard let text = try? readProc("/proc/\(pid)/stat"), let end = text.lastIndex(of: ")") else {
      return nil
    }
    let fields = text[end...].split(separator: " ")
    return fields.count > 20 ? String(fields[20]) : nil
  }

  private static func readProc(_ path: String) throws -> String {
    try String(contentsOfFile: path, encoding: .utf8)
  }
}
