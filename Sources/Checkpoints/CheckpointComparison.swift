import Foundation

/// The differences of the networks in two files.
package struct CheckpointComparison: Sendable {
  /// A tensor in both files.
  package struct Line: Sendable, Equatable {
    /// The name in the network.
    package let name: String
    /// The result of the comparison.
    package let outcome: Outcome
  }

  /// The result of comparing two tensors.
  package enum Outcome: Sendable, Equatable {
    /// The same type, shape and bits.
    case same
    /// Different elements or types.
    case different(Difference)
    /// Different shapes.
    case shapes([Int], [Int])
    /// Only the first file has it.
    case onlyFirst
    /// Only the second file has it.
    case onlySecond
  }

  /// The differences between the elements of two tensors.
  package struct Difference: Sendable, Equatable {
    /// The types in the first and the second file.
    package let types: [ScalarType]
    /// The number of different elements; two NaNs are equal.
    package let count: Int
    /// The largest |a - b|; infinity if only one is NaN.
    package let absolute: Double
    /// The largest |a - b| / max(|a|, |b|).
    package let relative: Double

    package init(types: [ScalarType], count: Int, absolute: Double, relative: Double) {
      self.types = types
      self.count = count
      self.absolute = absolute
      self.relative = relative
    }
  }

  /// One line per name in the first file's order, then those that only the second file has.
  package let lines: [Line]

  /// Whether both files have the same tensors bit for bit.
  package var isSame: Bool { lines.allSatisfy { $0.outcome == .same } }

  /// Compares the networks in two files by the names of their tensors.
  ///
  /// - Parameters:
  ///   - first: A file.
  ///   - second: Another file.
  ///   - part: The key of the network's dictionary in both; nil: as in `networkEntries(part:)`.
  /// - Throws: `CheckpointError` if a file has no network, or its bytes are malformed.
  package init(
    _ first: Checkpoint, _ second: Checkpoint, part: String? = nil
  ) throws(CheckpointError) {
    let a = try first.networkEntries(part: part)
    let b = try second.networkEntries(part: part)
    let others = Dictionary(b.map { ($0.name, $0.entry) }, uniquingKeysWith: { first, _ in first })
    var lines: [Line] = []
    for item in a {
      guard let other = others[item.name] else {
        lines.append(Line(name: item.name, outcome: .onlyFirst))
        continue
      }
      guard item.entry.shape == other.shape else {
        lines.append(
          Line(name: item.name, outcome: .shapes(item.entry.shape, other.shape)))
        continue
      }
      let bytes = (try first.bytes(of: item.entry.name), try second.bytes(of: other.name))
      let types = [item.entry.type, other.type]
      lines.append(
        Line(
          name: item.name,
          outcome: types[0] == types[1] && bytes.0 == bytes.1
            ? .same : .different(Self.difference(bytes.0, bytes.1, types))))
    }
    let known = Set(a.map(\.name))
    for item in b where !known.contains(item.name) {
      lines.append(Line(name: item.name, outcome: .onlySecond))
    }
    self.lines = lines
  }

  private static func difference(_ a: Data, _ b: Data, _ types: [ScalarType]) -> Difference {
    var count = 0
    var absolute = 0.0
    var relative = 0.0
    for (x, y) in zip(types[0].doubles(a), types[1].doubles(b))
    where x != y && !(x.isNaN && y.isNaN) {
      count += 1
      let gap = abs(x - y)
      absolute = max(absolute, gap.isNaN ? .infinity : gap)
      let share = gap / max(abs(x), abs(y))
      relative = max(relative, share.isNaN ? .infinity : share)
    }
    return Difference(types: types, count: count, absolute: absolute, relative: relative)
  }
}

extension ScalarType {
  /// Elements of a file in double precision; integers beyond 2^53 are rounded.
  func doubles(_ data: Data) -> [Double] {
    let count = data.count / byteCount
    return data.withUnsafeBytes { bytes in
      func all<Word: BitwiseCopyable>(_: Word.Type, _ value: (Word) -> Double) -> [Double] {
        (0..<count).map {
          value(
            bytes.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Word>.size, as: Word.self))
        }
      }
      switch self {
      case .float64: return all(Double.self) { $0 }
      case .float32: return all(Float.self) { Double($0) }
      case .float16: return all(UInt16.self) { Double(Float(bitPattern: singleBits(ofHalf: $0))) }
      case .bfloat16: return all(UInt16.self) { Double(Float(bitPattern: UInt32($0) << 16)) }
      case .int64: return all(Int64.self) { Double($0) }
      case .int32: return all(Int32.self) { Double($0) }
      case .int16: return all(Int16.self) { Double($0) }
      case .int8: return all(Int8.self) { Double($0) }
      case .uint8, .bool: return all(UInt8.self) { Double($0) }
      }
    }
  }
}
