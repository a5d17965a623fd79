import CZip
import Foundation
import Synchronization

/// A zip archive, read by libzip.
///
/// libzip does not check that names are unique and that the records together are not larger than the file
/// (overlapping records, as in zip bombs); this does.
struct ZipArchive: Sendable {
  struct Record: Sendable {
    let name: String
    let size: Int
    let index: Int64
    let isPlain: Bool
  }

  let records: [String: Record]
  private let handles: Handles

  /// The largest compression ratio of deflate.
  private static let largestRatio = 1032

  init(_ source: ByteSource) throws(ParseError) {
    var found: [String: Record] = [:]
    var stored = 0
    var inflated = 0
    let handles = Handles(source)
    try handles.with { zip throws(ParseError) in
      for index in 0..<lb_zip_count(zip) {
        var entry = lb_zip_record()
        lb_zip_describe(zip, index, &entry)
        guard let raw = entry.name, let name = String(validatingCString: raw) else {
          throw .malformed("record \(index) of the zip archive has no readable name or size")
        }
        guard let size = Int(exactly: entry.size), let packed = Int(exactly: entry.stored),
          packed <= source.count - stored
        else {
          throw .malformed(
            "the record \(name.prefix(80)) of the zip archive, with those before it, is larger than the file"
          )
        }
        stored += packed
        guard size / ZipArchive.largestRatio <= packed,
          size <= Limits.largestSize(source.count) - inflated
        else {
          throw .malformed(
            "the record \(name.prefix(80)) of the zip archive inflates \(packed) bytes to \(size)")
        }
        inflated += size
        let record = Record(name: name, size: size, index: index, isPlain: entry.is_plain == 1)
        guard found.updateValue(record, forKey: name) == nil else {
          throw .malformed("the zip archive has two records named \(name.prefix(80))")
        }
      }
    }
    records = found
    self.handles = handles
  }

  /// Reads a record and verifies its checksum.
  func content(of record: Record) throws(ParseError) -> Data {
    let content = UnsafeMutableRawBufferPointer.allocate(byteCount: record.size, alignment: 64)
    do {
      try withSession { session throws(ParseError) in try session.read(record, into: content) }
    } catch {
      content.deallocate()
      throw error
    }
    guard let base = content.baseAddress else { return Data() }
    return Data(
      bytesNoCopy: base, count: record.size, deallocator: .custom { p, _ in p.deallocate() })
  }

  /// Calls a function that reads several records on one thread.
  func withSession(_ body: (Session) throws(ParseError) -> Void) throws(ParseError) {
    try handles.with { zip throws(ParseError) in try body(Session(zip: zip)) }
  }

  struct Session {
    fileprivate let zip: OpaquePointer

    /// Reads a record and verifies its checksum.
    ///
    /// - Precondition: `target` has the size of the record.
    func read(_ record: Record, into target: UnsafeMutableRawBufferPointer) throws(ParseError) {
      precondition(
        target.count == record.size, "\(target.count) bytes for a record of \(record.size)")
      guard record.isPlain else {
        throw .malformed(
          "the record \(record.name.prefix(80)) is encrypted or compressed by an unsupported method"
        )
      }
      let message = MessageBuffer()
      guard
        lb_zip_read(
          zip, record.index, target.baseAddress ?? UnsafeMutableRawPointer(message.bytes),
          record.size, message.bytes, message.count) == 1
      else { throw .malformed("the record \(record.name.prefix(80)): \(message.text)") }
    }
  }
}

/// Open archives, each for one thread at a time.
///
/// Opening reads the directory of all records, so archives are kept: reading n tensors one by one would take n²
/// steps otherwise.
private final class Handles: Sendable {
  /// @unchecked: only the thread that took a handle from the list uses it.
  private struct Handle: @unchecked Sendable {
    let zip: OpaquePointer
  }

  private let source: ByteSource
  private let free = Mutex<[Handle]>([])

  init(_ source: ByteSource) { self.source = source }

  deinit { free.withLock { $0.forEach { lb_zip_close($0.zip) } } }

  func with(_ body: (OpaquePointer) throws(ParseError) -> Void) throws(ParseError) {
    let handle: Handle
    if let kept = free.withLock({ $0.popLast() }) { handle = kept } else { handle = try open() }
    defer { free.withLock { $0.append(handle) } }
    try body(handle.zip)
  }

  private func open() throws(ParseError) -> Handle {
    let message = MessageBuffer()
    // The bytes in memory are those of a `Data` that `source` holds, and do not move.
    let zip = source.withContent { bytes in
      bytes.baseAddress.flatMap { lb_zip_open($0, -1, bytes.count, message.bytes, message.count) }
    } file: { descriptor in
      lb_zip_open(nil, descriptor, source.count, message.bytes, message.count)
    }
    guard let zip else {
      throw .malformed("the zip archive is truncated or damaged (\(message.text))")
    }
    return Handle(zip: zip)
  }
}

/// A buffer for an error message from C.
private final class MessageBuffer {
  let count = 200
  let bytes: UnsafeMutablePointer<CChar>

  init() {
    bytes = .allocate(capacity: count)
    bytes.initialize(repeating: 0, count: count)
  }

  deinit { bytes.deallocate() }

  var text: String { String(cString: bytes) }
}
