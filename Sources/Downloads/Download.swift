import CCurl
import Files
import Foundation

/// One transfer into a file that keeps what came, so that the next one goes on from there.
struct Download {
  let url: String
  let part: String

  private static let agent = "lightbox"

  /// Fetches the rest of the file and checks its hash; a file of the wrong hash is thrown away.
  func run(
    hashPrefix: String, _ progress: @escaping (_ done: Int, _ all: Int) -> Void
  ) throws(DownloadError) {
    let descriptor = open(part, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw DownloadError(.file(.unwritable(errno: errno)), part)
    }
    defer { close(descriptor) }
    // Two writers in one file would make nonsense of it; the lock goes with the process.
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw DownloadError(.busy, url) }
    var kept = Int(lseek(descriptor, 0, SEEK_END))
    let wasKept = kept > 0
    var outcome = transfer(descriptor, from: kept, progress)
    if kept > 0, outcome.code == LB_FETCH_NO_RANGE || outcome.result.status == 416 {
      // The server cannot go on in the middle, or has nothing beyond what is here: from the start.
      kept = 0
      outcome = transfer(descriptor, from: 0, progress)
    }
    try check(outcome, Int(lseek(descriptor, 0, SEEK_END)))
    var found = try hash()
    if !found.hasPrefix(hashPrefix), wasKept, kept > 0 {
      // What was kept may have been of another version of the file: once more, whole.
      let again = transfer(descriptor, from: 0, progress)
      try check(again, Int(lseek(descriptor, 0, SEEK_END)))
      found = try hash()
    }
    guard found.hasPrefix(hashPrefix) else {
      unlink(part)
      throw DownloadError(.wrongHash(expected: hashPrefix, found: found), url)
    }
    guard fsync(descriptor) == 0 else {
      throw DownloadError(.file(.unwritable(errno: errno)), part)
    }
  }

  private func hash() throws(DownloadError) -> String {
    do { return try FileHash.sha256(ofFile: part) } catch {
      throw DownloadError(.file(error.reason), error.path)
    }
  }

  private func check(
    _ outcome: (code: Int, result: lb_fetch_result, fault: Int32), _ kept: Int
  ) throws(DownloadError) {
    var result = outcome.result
    let message = withUnsafeBytes(of: &result.message) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    switch outcome.code {
    case LB_FETCH_OK: return
    case LB_FETCH_NO_LIBRARY: throw DownloadError(.noLibrary, url)
    case LB_FETCH_HTTP:
      // Nothing of an answer that is an error was kept; an empty file need not lie about.
      if kept == 0 { unlink(part) }
      throw DownloadError(.refused(status: result.status), url)
    case LB_FETCH_STOPPED:
      throw DownloadError(.file(.unwritable(errno: outcome.fault)), part)
    default:
      if kept == 0 { unlink(part) }
      throw DownloadError(.interrupted(message, kept: kept), url)
    }
  }

  /// What the C callbacks need.
  private final class Receiver {
    let descriptor: Int32
    let from: Int
    let progress: (Int, Int) -> Void
    var fault: Int32 = 0

    init(_ descriptor: Int32, from: Int, _ progress: @escaping (Int, Int) -> Void) {
      self.descriptor = descriptor
      self.from = from
      self.progress = progress
    }

    func receive(_ bytes: UnsafeRawPointer, _ count: Int) -> Bool {
      var done = 0
      while done < count {
        let written = write(descriptor, bytes + done, count - done)
        if written < 0 {
          if errno == EINTR { continue }
          fault = errno
          return false
        }
        done += written
      }
      return true
    }
  }

  private func transfer(
    _ descriptor: Int32, from: Int, _ progress: @escaping (Int, Int) -> Void
  ) -> (code: Int, result: lb_fetch_result, fault: Int32) {
    ftruncate(descriptor, off_t(from))
    lseek(descriptor, off_t(from), SEEK_SET)
    let receiver = Receiver(descriptor, from: from, progress)
    var result = lb_fetch_result()
    let code = withExtendedLifetime(receiver) {
      lb_fetch(
        url, Download.agent, Int64(from), Unmanaged.passUnretained(receiver).toOpaque(),
        { context, bytes, count in
          guard let context, let bytes else { return 0 }
          let receiver = Unmanaged<Receiver>.fromOpaque(context).takeUnretainedValue()
          return receiver.receive(bytes, count) ? 1 : 0
        },
        { context, done, all in
          guard let context else { return }
          let receiver = Unmanaged<Receiver>.fromOpaque(context).takeUnretainedValue()
          receiver.progress(receiver.from + Int(done), all > 0 ? receiver.from + Int(all) : 0)
        }, &result)
    }
    return (Int(code), result, receiver.fault)
  }
}
