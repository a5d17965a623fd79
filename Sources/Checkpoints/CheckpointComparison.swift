import Foundation

/// How the networks of two files differ.
public struct CheckpointComparison: Sendable {
  /// A tensor, and what the two files have under its name.
  public struct Line: Sendable, Equatable {
    /// The network's name of it.
    public let name: String
    /// What was found.
    public let outcome: Outcome
  }

  /// What two files have under one name.
  public enum Outcome: Sendable, Equatable {
    /// The same bits.
    case same
    /// Other numbers, or the same numbers in another type.
    case different(Difference)
    /// Other shapes.
    case shapes([Int], [Int])
    /// Only the first file has it.
    case onlyFirst
    /// Only the second file has it.
    case onlySecond
  }

  /// How far numbers are from each other.
  public struct Difference: Sendable, Equatable {
    /// Types in the first and the second file.
    public let types: [ScalarType]
    /// How many numbers differ.
    public let count: Int
    /// The largest |a - b|; infinite where only one is no number.
    public let absolute: Double
    /// The largest |a - b| / max(|a|, |b|).
    public let relative: Double

    /// Makes a difference.
    public init(types: [ScalarType], count: Int, absolute: Double, relative: Double) {
      self.types = types
      self.count = count
      self.absolute = absolute
      self.relative = relative
    }
  }

  /// One line per name, in the first file's order, then what only the second has.
  public let lines: [Line]

  /// True if every tensor is in both, bit for bit.
  public var isSame: Bool { lines.allSatisfy { $0.outcome == .same } }

  /// Compares the networks in two files by the network's names.
  ///
  /// - Parameters:
  ///   - first: A file.
  ///   - second: Another.
  ///   - part: The dictionary that holds the network, in both; nil: the one that is there.
  /// - Throws: `CheckpointError` if a file has no network, or its bytes are damaged.
  public init(
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
  /// Numbers as they stand in a file, in double precision (integers beyond 2^53 lose digits).
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
