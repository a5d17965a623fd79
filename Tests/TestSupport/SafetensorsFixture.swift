import Foundation

/// One tensor of a fixture.
public struct FixtureTensor: Sendable, Equatable {
  /// Extents, outermost first.
  public let shape: [Int]
  /// The safetensors name of the type: F32, F64, F16, BF16, I64, I32, U8, BOOL.
  public let dtype: String
  /// The stored bytes, little endian.
  public let bytes: [UInt8]

  /// The number of scalars.
  public var count: Int { shape.reduce(1, *) }

  /// The scalars as single precision (integers beyond 2^24 lose digits).
  public var floats: [Float] {
    switch dtype {
    case "F32": scalars(UInt32.self).map { Float(bitPattern: $0) }
    case "F64": scalars(UInt64.self).map { Float(Double(bitPattern: $0)) }
    case "BF16": scalars(UInt16.self).map { Float(bitPattern: UInt32($0) << 16) }
    default: integers.map { Float($0) }
    }
  }

  /// The scalars as double precision.
  public var doubles: [Double] {
    switch dtype {
    case "F64": scalars(UInt64.self).map { Double(bitPattern: $0) }
    case "F32", "BF16": floats.map { Double($0) }
    default: integers.map { Double($0) }
    }
  }

  /// The scalars of an integer type.
  public var integers: [Int] {
    switch dtype {
    case "U8", "BOOL": bytes.map { Int($0) }
    case "I32": scalars(UInt32.self).map { Int(Int32(bitPattern: $0)) }
    case "I64": scalars(UInt64.self).map { Int(Int64(bitPattern: $0)) }
    default: preconditionFailure("a fixture of type \(dtype) has no integers")
    }
  }

  private func scalars<Word: FixedWidthInteger>(_ type: Word.Type) -> [Word] {
    bytes.withUnsafeBytes { raw in
      (0..<count).map {
        Word(littleEndian: raw.loadUnaligned(fromByteOffset: $0 * Word.bitWidth / 8, as: type))
      }
    }
  }
}

/// Reads safetensors for tests: small, strict, and independent of the code under test.
public enum SafetensorsFixture {
  /// What can be wrong with a fixture file.
  public struct Malformed: Error, CustomStringConvertible {
    /// The file and the fault.
    public let description: String
  }

  /// All tensors of a fixture file; `path` is relative to `Tests/TestSupport/Fixtures`.
  public static func load(_ path: String) throws -> [String: FixtureTensor] {
    let file = try Data(contentsOf: Fixture.url(path))
    func fail(_ what: String) -> Malformed { Malformed(description: "\(path): \(what)") }
    guard file.count >= 8 else { throw fail("shorter than its length field") }
    let length = file.prefix(8).reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(file.count - 8) else { throw fail("header beyond the end") }
    let start = 8 + Int(length)
    let header = try JSONSerialization.jsonObject(with: file.subdata(in: 8..<start))
    guard let entries = header as? [String: Any] else { throw fail("header is no object") }
    let sizes = ["F64": 8, "I64": 8, "F32": 4, "I32": 4, "F16": 2, "BF16": 2, "U8": 1, "BOOL": 1]
    var tensors: [String: FixtureTensor] = [:]
    for (name, entry) in entries where name != "__metadata__" {
      guard let fields = entry as? [String: Any], let dtype = fields["dtype"] as? String,
        let shape = fields["shape"] as? [Int], let offsets = fields["data_offsets"] as? [Int],
        let size = sizes[dtype], offsets.count == 2
      else { throw fail("\(name): incomplete entry") }
      let (from, to) = (offsets[0], offsets[1])
      guard from >= 0, from <= to, to <= file.count - start,
        shape.allSatisfy({ $0 >= 0 }), shape.reduce(1, *) * size == to - from
      else { throw fail("\(name): \(shape) of \(dtype) is not bytes \(from)..<\(to)") }
      let bytes = [UInt8](file.subdata(in: (start + from)..<(start + to)))
      tensors[name] = FixtureTensor(shape: shape, dtype: dtype, bytes: bytes)
    }
    return tensors
  }
}
