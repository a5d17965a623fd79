/// The formula that all weights, inputs and labels of the fixtures come from: FNV-1a, then splitmix64.
///
/// It is written down in the README of the reference scripts; `models/formula.json` has check values.
public struct NumberFormula: Sendable {
  /// The seed of the fixture set.
  public let seed: UInt64

  /// Makes the formula of a fixture set.
  public init(seed: UInt64 = 1) { self.seed = seed }

  /// Raw outputs of the stream that belongs to a key.
  public func outputs(_ key: String, _ count: Int) -> [UInt64] {
    var state: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in "\(seed)/\(key)".utf8 { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return [UInt64](unsafeUninitializedCapacity: count) { buffer, initialized in
      for i in 0..<count {
        state = state &+ 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        buffer[i] = z ^ (z >> 31)
      }
      initialized = count
    }
  }

  /// Numbers in [-1, 1), exact in single precision.
  public func uniform(_ key: String, _ shape: [Int]) -> [Double] {
    outputs(key, shape.reduce(1, *)).map { Double($0 >> 40) * 0x1p-23 - 1 }
  }

  /// `shift + scale * u`, rounded once.
  public func tensor(_ key: String, _ shape: [Int], scale: Double = 1, shift: Double = 0) -> [Float]
  {
    uniform(key, shape).map { Float(shift + scale * $0) }
  }

  /// Integers from 0 up to, not including, `limit`.
  public func below(_ key: String, _ shape: [Int], _ limit: Int) -> [Int] {
    outputs(key, shape.reduce(1, *)).map { Int((($0 >> 32) &* UInt64(limit)) >> 32) }
  }

  /// The value of a state_dict entry; `num_batches_tracked` is 0.
  public func state(_ key: String, _ shape: [Int]) -> [Float] {
    let leaf = key.split(separator: ".").last.map(String.init) ?? key
    let count = shape.reduce(1, *)
    if leaf == "num_batches_tracked" { return [Float](repeating: 0, count: count) }
    let u = uniform(key, shape)
    if shape.count >= 2 {
      let bound = (3 / Double(shape.dropFirst().reduce(1, *))).squareRoot()
      return u.map { Float($0 * bound) }
    }
    return switch leaf {
    case "running_var": u.map { Float(1 + 0.1 * abs($0)) }
    case "running_mean", "bias": u.map { Float(0.1 * $0) }
    case "weight": u.map { Float(1 + 0.1 * $0) }
    default: preconditionFailure("the formula has no rule for \(key) of shape \(shape)")
    }
  }
}
