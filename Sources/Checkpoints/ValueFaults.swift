import Foundation
import Synchronization

/// Values of a tensor with which a network cannot compute.
package struct ValueFaults: Sendable, Equatable {
  /// The tensor's name in the file.
  package let name: String
  /// The number of elements.
  package let count: Int
  /// Elements that are not a number.
  package private(set) var notANumber = 0
  /// Infinite elements.
  package private(set) var infinite = 0
  /// Finite elements of float64 that are beyond float32, in which the network computes.
  package private(set) var tooLarge = 0
  /// Negative variances of a batch norm.
  package private(set) var negative = 0

  /// Whether all elements are usable.
  package var isEmpty: Bool { notANumber + infinite + tooLarge + negative == 0 }

  /// The faults as a phrase: "1 NaN, 2 infinite of 64".
  package var words: String {
    let parts = [
      (notANumber, "NaN"), (infinite, "infinite"), (tooLarge, "beyond float32"),
      (negative, "negative variance\(negative == 1 ? "" : "s")"),
    ]
    return parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
      + " of \(count)"
  }
}

extension ValueFaults {
  /// Examines the elements of a tensor.
  init(_ entry: Checkpoint.Entry, _ bytes: UnsafeRawBufferPointer) {
    name = entry.name
    count = bytes.count / entry.type.byteCount
    let isVariance = entry.name.hasSuffix("running_var")
    switch entry.type {
    case .float32: examine(bytes, UInt32.self, exponent: 0x7F80_0000, mantissa: 0x7F_FFFF)
    case .bfloat16: examine(bytes, UInt16.self, exponent: 0x7F80, mantissa: 0x7F)
    case .float16: examine(bytes, UInt16.self, exponent: 0x7C00, mantissa: 0x3FF)
    case .float64:
      examine(
        bytes, UInt64.self, exponent: 0x7FF0_0000_0000_0000, mantissa: 0xF_FFFF_FFFF_FFFF)
      for i in 0..<count {
        let value = bytes.loadUnaligned(fromByteOffset: 8 * i, as: Double.self)
        if value.isFinite, Float(value).isInfinite { tooLarge += 1 }
      }
    case .int64, .int32, .int16, .int8, .uint8, .bool: return
    }
    if isVariance {
      negative = entry.type.doubles(Data(bytes)).count { $0 < 0 && $0.isFinite }
    }
  }

  /// Counts NaN and infinite elements by their bits.
  private mutating func examine<Word: FixedWidthInteger & BitwiseCopyable>(
    _ bytes: UnsafeRawBufferPointer, _: Word.Type, exponent: Word, mantissa: Word
  ) {
    var special = 0
    let size = MemoryLayout<Word>.size
    for i in 0..<count {
      let word = bytes.loadUnaligned(fromByteOffset: i &* size, as: Word.self)
      special &+= word & exponent == exponent ? 1 : 0
    }
    guard special > 0 else { return }
    for i in 0..<count {
      let word = bytes.loadUnaligned(fromByteOffset: i &* size, as: Word.self)
      guard word & exponent == exponent else { continue }
      if word & mantissa == 0 { infinite += 1 } else { notANumber += 1 }
    }
  }
}

extension Checkpoint {
  /// The tensors with NaN or infinite values, or negative variances, in the file's order.
  ///
  /// - Parameter names: The tensors to read.
  /// - Returns: One per tensor that is not usable.
  /// - Throws: `CheckpointError` if one does not exist or is malformed.
  package func valueFaults(
    of names: some Sequence<String>
  ) throws(CheckpointError) -> [ValueFaults] {
    let found = Mutex<[ValueFaults]>([])
    try read(names) { (entry: Entry, bytes: UnsafeRawBufferPointer) in
      let faults = ValueFaults(entry, bytes)
      if !faults.isEmpty { found.withLock { $0.append(faults) } }
    }
    return found.withLock { $0 }.sorted {
      (indices[$0.name] ?? 0) < (indices[$1.name] ?? 0)
    }
  }
}
