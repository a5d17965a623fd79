import CZip
import Foundation

/// The records of a zip archive that lies in memory, usually a mapped file.
///
/// libzip reads them. What it leaves to its user is checked here: that no name occurs twice, and that
/// the records together are not larger than the file, so that none of them can be another's bytes.
struct ZipArchive: Sendable {
  struct Record: Sendable {
    let name: String
    let size: Int
    let index: Int64
    let isPlain: Bool
  }

  let records: [String: Record]
  private let data: Data

  /// Deflate makes nothing smaller than by this; who says so lies.
  private static let largestRatio = 1032
  /// What all records may inflate to, as a multiple of the file.
  private static let largestGrowth = 64

  init(_ data: Data) throws(Flaw) {
    var found: [String: Record] = [:]
    var stored = 0
    var inflated = 0
    try withArchive(data) { zip throws(Flaw) in
      for index in 0..<lb_zip_count(zip) {
        var entry = lb_zip_record()
        lb_zip_describe(zip, index, &entry)
        guard let raw = entry.name, let name = String(validatingCString: raw) else {
          throw .damaged("the zip archive's record \(index) has no readable name or size")
        }
        guard let size = Int(exactly: entry.size), let packed = Int(exactly: entry.stored),
          packed <= data.count - stored
        else { throw .damaged("the zip archive's record \(name) is larger than the file") }
        stored += packed
        guard size / ZipArchive.largestRatio <= packed,
          size <= max(1 << 20, data.count * ZipArchive.largestGrowth) - inflated
        else {
          throw .damaged(
            "the zip archive's record \(name) claims to hold \(size) bytes in \(packed)")
        }
        inflated += size
        let record = Record(name: name, size: size, index: index, isPlain: entry.is_plain == 1)
        guard found.updateValue(record, forKey: name) == nil else {
          throw .damaged("the zip archive has two records named \(name)")
        }
      }
    }
    records = found
    self.data = data
  }

  /// Reads a record whole; its checksum is verified.
  func content(of record: Record) throws(Flaw) -> Data {
    let content = UnsafeMutableRawBufferPointer.allocate(byteCount: record.size, alignment: 64)
    do { try session { session throws(Flaw) in try session.read(record, into: content) } } catch {
      content.deallocate()
      throw error
    }
    guard let base = content.baseAddress else { return Data() }
    return Data(
      bytesNoCopy: base, count: record.size, deallocator: .custom { p, _ in p.deallocate() })
  }

  /// Opens the archive for reading several records, on one thread.
  func session(_ body: (Session) throws(Flaw) -> Void) throws(Flaw) {
    try withArchive(data) { zip throws(Flaw) in try body(Session(zip: zip)) }
  }

  struct Session {
    fileprivate let zip: OpaquePointer

    /// Reads a record whole into memory of its size; its checksum is verified.
    func read(_ record: Record, into target: UnsafeMutableRawBufferPointer) throws(Flaw) {
      precondition(target.count == record.size, "\(target.count) bytes are not \(record.size)")
      guard record.isPlain else {
        throw .damaged("the record \(record.name) is encrypted or packed in an unusual way")
      }
      let message = Message()
      guard
        lb_zip_read(
          zip, record.index, target.baseAddress ?? UnsafeMutableRawPointer(message.bytes),
          record.size, message.bytes, message.count) == 1
      else { throw .damaged("the record \(record.name): \(message.text)") }
    }
  }
}

/// Opens an archive, which is for one thread and costs half a millisecond, for as long as `body` runs.
private func withArchive(
  _ data: Data, _ body: (OpaquePointer) throws(Flaw) -> Void
) throws(Flaw) {
  let outcome = data.withUnsafeBytes { bytes -> Result<Void, Flaw> in
    let message = Message()
    guard let base = bytes.baseAddress,
      let zip = lb_zip_open(base, bytes.count, message.bytes, message.count)
    else { return .failure(.damaged("the zip archive: \(message.text)")) }
    defer { lb_zip_close(zip) }
    return Result { () throws(Flaw) in try body(zip) }
  }
  try outcome.get()
}

/// Room for a message from C.
private final class Message {
  let count = 200
  let bytes: UnsafeMutablePointer<CChar>

  init() {
    bytes = .allocate(capacity: count)
    bytes.initialize(repeating: 0, count: count)
  }

  deinit { bytes.deallocate() }

  var text: String { String(cString: bytes) }
}
