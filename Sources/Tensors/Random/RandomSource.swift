/// A stream of random numbers (splitmix64).
///
/// A stream is identified by a seed and a path of numbers (epoch, item, purpose), so it depends neither
/// on the thread that uses it nor on other streams. It is a value: a copy replays the same numbers.
public struct RandomSource: Sendable, RandomNumberGenerator {
  private var state: UInt64
  private var spare: Double?

  /// Creates the stream of a seed and a path.
  public init(seed: UInt64, _ path: UInt64...) {
    state = RandomSource.mixed(seed &+ 0x9E37_79B9_7F4A_7C15)
    for step in path {
      state = RandomSource.mixed(state ^ RandomSource.mixed(step &+ 0x1234_5678_9ABC_DEF1))
    }
  }

  /// A new stream that depends on this stream's state and a number; this stream stays as it is.
  package func branch(_ number: UInt64) -> RandomSource { RandomSource(seed: state, number) }

  private static func mixed(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// 64 random bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return RandomSource.mixed(state)
  }

  /// Skips `count` outputs and returns the state before them, for kernels that generate them.
  mutating func skip(_ count: Int) -> UInt64 {
    defer { state &+= UInt64(count) &* 0x9E37_79B9_7F4A_7C15 }
    return state
  }

  /// A uniformly distributed number in [low, high), from 53 random bits.
  public mutating func uniform(_ low: Double = 0, _ high: Double = 1) -> Double {
    low + (high - low) * (Double(next() >> 11) * 0x1p-53)
  }

  /// A normally distributed number with mean 0 and standard deviation 1 (Box-Muller).
  public mutating func normal() -> Double {
    if let value = spare {
      spare = nil
      return value
    }
    let radius = (-2 * LibM.log(1 - uniform())).squareRoot()
    let (sine, cosine) = LibM.sineAndCosine(2 * Double.pi * uniform())
    spare = radius * sine
    return radius * cosine
  }

  /// True if the next normal number is the first of a pair.
  var isBetweenPairs: Bool { spare == nil }

  /// The numbers 0 ..< count in random order (Fisher-Yates, `torch.randperm`).
  public mutating func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<count)
    for i in 0..<Swift.max(count - 1, 0) {
      order.swapAt(i, i + Int(next() % UInt64(count - i)))
    }
    return order
  }
}
