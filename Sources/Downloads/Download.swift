import CCurl
import Files
import Foundation

/// A download to a partial file, which resumes an earlier one.
struct Download {
  let url: String
  let part: String
  /// The largest size of a file: a server could send bytes until the disk is full.
  let sizeLimit: Int

  private static let agent = "lightbox"

  /// Downloads the rest of the file and removes it if its SHA-256 is wrong.
  func run(
    hashPrefix: String, _ progress: @escaping (_ done: Int, _ total: Int) -> Void
  ) throws(DownloadError) {
    let descriptor = open(part, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw DownloadError(.file(.unwritable(errno: errno)), part)
    }
    defer { close(descriptor) }
    // The operating system releases the lock when the process ends.
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw DownloadError(.busy, url) }
    var kept = Int(lseek(descriptor, 0, SEEK_END))
    let wasKept = kept > 0
    var outcome = transfer(descriptor, from: kept, progress)
    if kept > 0, outcome.code == LB_FETCH_NO_RANGE || outcome.result.status == 416 {
      // The server does not support ranges, or the partial file is longer than the file: start again.
      kept = 0
      outcome = transfer(descriptor, from: 0, progress)
    }
    try check(outcome, Int(lseek(descriptor, 0, SEEK_END)))
    var found = try sha256(part)
    if !found.hasPrefix(hashPrefix), wasKept, kept > 0 {
      // The partial file may be of another version of the file: start again.
      let again = transfer(descriptor, from: 0, progress)
      try check(again, Int(lseek(descriptor, 0, SEEK_END)))
      found = try sha256(part)
    }
    guard found.hasPrefix(hashPrefix) else {
      unlink(part)
      throw DownloadError(.wrongHash(expectedPrefix: hashPrefix, found: found), url)
    }
    guard fsync(descriptor) == 0 else {
      throw DownloadError(.file(.unwritable(errno: errno)), part)
    }
  }

  private func check(
    _ outcome: Outcome, _ kept: Int
  ) throws(DownloadError) {
    var result = outcome.result
    let message = withUnsafeBytes(of: &result.message) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    switch outcome.code {
    case LB_FETCH_OK: return
    case LB_FETCH_NO_LIBRARY: throw DownloadError(.noLibrary, url)
    case LB_FETCH_HTTP:
      // The body of an error is not written, so the file may be empty.
      if kept == 0 { unlink(part) }
      throw DownloadError(.httpStatus(result.status), url)
    case LB_FETCH_STOPPED where outcome.isTooLarge:
      unlink(part)
      throw DownloadError(.tooLarge(limit: sizeLimit), url)
    case LB_FETCH_STOPPED:
      if kept == 0 { unlink(part) }
      throw DownloadError(.file(.unwritable(errno: outcome.writeError)), part)
    default:
      if kept == 0 { unlink(part) }
      throw DownloadError(.interrupted(message, kept: kept), url)
    }
  }

  private struct Outcome {
    let code: Int
    let result: lb_fetch_result
    let writeError: Int32
    let isTooLarge: Bool
  }

  /// The context of the C callbacks.
  private final class Receiver {
    let descriptor: Int32
    let from: Int
    let progress: (Int, Int) -> Void
    var left: Int
    var writeError: Int32 = 0

    init(
      _ descriptor: Int32, from: Int, limit: Int, _ progress: @escaping (Int, Int) -> Void
    ) {
      self.descriptor = descriptor
      self.from = from
      left = max(limit - from, 0)
      self.progress = progress
    }

    func receive(_ bytes: UnsafeRawPointer, _ count: Int) -> Bool {
      left -= count
      guard left >= 0 else { return false }
      var done = 0
      while done < count {
        let written = write(descriptor, bytes + done, count - done)
        if written < 0 {
          if errno == EINTR { continue }
          writeError = errno
          return false
        }
        done += written
      }
      return true
    }
  }

  private func transfer(
    _ descriptor: Int32, from: Int, _ progress: @escaping (Int, Int) -> Void
  ) -> Outcome {
    ftruncate(descriptor, off_t(from))
    lseek(descriptor, off_t(from), SEEK_SET)
    let receiver = Receiver(descriptor, from: from, limit: sizeLimit, progress)
    var result = lb_fetch_result()
    let code = withExtendedLifetime(receiver) {
      lb_fetch(
        url, Download.agent, Int64(from), Unmanaged.passUnretained(receiver).toOpaque(),
        { context, bytes, count in
          guard let context, let bytes else { return 0 }
          let receiver = Unmanaged<Receiver>.fromOpaque(context).takeUnretainedValue()
          return receiver.receive(bytes, count) ? 1 : 0
        },
        { context, done, total in
          guard let context else { return }
          let receiver = Unmanaged<Receiver>.fromOpaque(context).takeUnretainedValue()
          // The total is what the server says.
          let (all, overflow) = receiver.from.addingReportingOverflow(Int(total))
          receiver.progress(receiver.from + Int(done), total > 0 && !overflow ? all : 0)
        }, &result)
    }
    return Outcome(
      code: Int(code), result: result, writeError: receiver.writeError,
      isTooLarge: receiver.left < 0)
  }
}
