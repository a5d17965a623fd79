import CZip
import Foundation

/// A zip archive in memory, usually a mapped file, read by libzip.
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
  private let data: Data

  /// The largest compression ratio of deflate.
  private static let largestRatio = 1032
  /// The limit of the inflated size of all records, as a multiple of the file's size.
  private static let largestGrowth = 64

  init(_ data: Data) throws(ParseError) {
    var found: [String: Record] = [:]
    var stored = 0
    var inflated = 0
    try withArchive(data) { zip throws(ParseError) in
      for index in 0..<lb_zip_count(zip) {
        var entry = lb_zip_record()
        lb_zip_describe(zip, index, &entry)
        guard let raw = entry.name, let name = String(validatingCString: raw) else {
          throw .malformed("record \(index) of the zip archive has no readable name or size")
        }
        guard let size = Int(exactly: entry.size), let packed = Int(exactly: entry.stored),
          packed <= data.count - stored
        else { throw .malformed("the record \(name) of the zip archive is larger than the file") }
        stored += packed
        guard size / ZipArchive.largestRatio <= packed,
          size <= max(1 << 20, data.count * ZipArchive.largestGrowth) - inflated
        else {
          throw .malformed(
            "the record \(name) of the zip archive inflates \(packed) bytes to \(size)")
        }
        inflated += size
        let record = Record(name: name, size: size, index: index, isPlain: entry.is_plain == 1)
        guard found.updateValue(record, forKey: name) == nil else {
          throw .malformed("the zip archive has two records named \(name)")
        }
      }
    }
    records = found
    self.data = data
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

  /// Opens the archive for reading several records on one thread.
  func withSession(_ body: (Session) throws(ParseError) -> Void) throws(ParseError) {
    try withArchive(data) { zip throws(ParseError) in try body(Session(zip: zip)) }
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
          "the record \(record.name) is encrypted or compressed by an unsupported method")
      }
      let message = MessageBuffer()
      guard
        lb_zip_read(
          zip, record.index, target.baseAddress ?? UnsafeMutableRawPointer(message.bytes),
          record.size, message.bytes, message.count) == 1
      else { throw .malformed("the record \(record.name): \(message.text)") }
    }
  }
}

/// Opens an archive while `body` runs, which takes half a millisecond; an archive is for one thread.
private func withArchive(
  _ data: Data, _ body: (OpaquePointer) throws(ParseError) -> Void
) throws(ParseError) {
  let outcome = data.withUnsafeBytes { bytes -> Result<Void, ParseError> in
    let message = MessageBuffer()
    guard let base = bytes.baseAddress,
      let zip = lb_zip_open(base, bytes.count, message.bytes, message.count)
    else { return .failure(.malformed("the zip archive: \(message.text)")) }
    defer { lb_zip_close(zip) }
    return Result { () throws(ParseError) in try body(zip) }
  }
  try outcome.get()
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
