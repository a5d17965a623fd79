import CZip
import Files
import Foundation

/// The bytes of a file, decompressed if it is compressed by gzip.
final class GunzipSource {
  private let archive: String
  private let descriptor: Int32
  private let state: OpaquePointer?
  private var input = [UInt8](repeating: 0, count: 1 << 17)
  private var start = 0
  private var end = 0
  private var isAtEnd = false
  /// The number of compressed bytes that were read.
  private(set) var position = 0

  init(_ path: String) throws(ArchiveError) {
    archive = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw ArchiveError(.file(.unreadable(errno: errno)), archive: path)
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw ArchiveError(.file(.notAFile), archive: path)
    }
    let head = FileHead.read(path, count: 2)
    state = head == [0x1F, 0x8B] ? lb_gunzip_create() : nil
    if head == [0x1F, 0x8B], state == nil {
      close(descriptor)
      throw ArchiveError(.file(.unreadable(errno: ENOMEM)), archive: path)
    }
  }

  deinit {
    lb_gunzip_free(state)
    close(descriptor)
  }

  /// Fills a buffer; fewer bytes only at the end.
  func fill(_ buffer: UnsafeMutableRawBufferPointer) throws(ArchiveError) -> Int {
    var done = 0
    while done < buffer.count {
      if start == end, !isAtEnd { try refill() }
      let out = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
      guard let state else {
        if start == end { return done }
        let count = min(out.count, end - start)
        input.withUnsafeBytes { out.copyMemory(from: .init(rebasing: $0[start..<start + count])) }
        start += count
        done += count
        continue
      }
      var used = 0
      var made = 0
      let code = input.withUnsafeBufferPointer { input in
        lb_gunzip_run(
          state, input.baseAddress?.advanced(by: start), end - start, &used,
          out.baseAddress?.assumingMemoryBound(to: UInt8.self), out.count, &made)
      }
      start += used
      done += made
      if code == LB_GUNZIP_CORRUPT {
        throw ArchiveError(.corrupt("the compressed data are invalid"), archive: archive)
      }
      if used == 0, made == 0, start == end, isAtEnd {
        guard lb_gunzip_is_complete(state) != 0 else {
          throw ArchiveError(.corrupt("the compressed data end too early"), archive: archive)
        }
        return done
      }
    }
    return done
  }

  private func refill() throws(ArchiveError) {
    while true {
      let count = read(descriptor, &input, input.count)
      if count < 0 {
        if errno == EINTR { continue }
        throw ArchiveError(.file(.unreadable(errno: errno)), archive: archive)
      }
      (start, end) = (0, count)
      position += count
      isAtEnd = count == 0
      return
    }
  }
}
