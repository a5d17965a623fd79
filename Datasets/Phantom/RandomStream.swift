/// A small deterministic stream of random numbers (splitmix64), one per film or patient.
///
/// The state is a single word, so a stream is made from `(seed, purpose, index)` at once and films
/// do not depend on which thread makes them, or when.
struct RandomStream: RandomNumberGenerator {
  private var state: UInt64

  /// Makes the stream for item `index` of one purpose.
  init(seed: UInt64, purpose: Purpose, index: Int) {
    state = seed
    let first = next()
    state = first ^ (purpose.rawValue &* 0xD1B5_4A32_D192_ED03)
    let second = next()
    state = second ^ (UInt64(bitPattern: Int64(index)) &* 0x8CB9_2BA7_2F3D_8DD7)
    state = next()
  }

  /// What a stream is for: streams of two purposes are unrelated.
  enum Purpose: UInt64 {
    case plan = 1
    case patient, film, noise, identifier
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number in `[0, 1)`, a multiple of 2⁻²⁴.
  mutating func uniform() -> Float {
    Float(next() >> 40) * 0x1p-24
  }

  /// A number between two bounds.
  mutating func uniform(_ low: Float, _ high: Float) -> Float {
    low + (high - low) * uniform()
  }

  /// A whole number in `0..<count`.
  mutating func index(below count: Int) -> Int {
    Int((next() >> 32) &* UInt64(count) >> 32)
  }

  /// True with the given probability.
  mutating func chance(_ probability: Float) -> Bool {
    uniform() < probability
  }

  /// A bell-shaped number of mean 0 and variance 1, never beyond ±3.5: a sum of four 16-bit numbers.
  mutating func bell() -> Float {
    let bits = next()
    let sum =
      Int32(truncatingIfNeeded: bits & 0xFFFF) &+ Int32(truncatingIfNeeded: bits >> 16 & 0xFFFF)
      &+ Int32(truncatingIfNeeded: bits >> 32 & 0xFFFF) &+ Int32(truncatingIfNeeded: bits >> 48)
    // Four uniform numbers of width 65536 have the variance 4 · 65536² / 12.
    return (Float(sum) - 131_070) * 2.642_9e-5
  }

  /// The numbers `0..<count` in random order (Fisher and Yates).
  mutating func permutation(of count: Int) -> [Int] {
    var order = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(last, index(below: last + 1))
    }
    return order
  }
}
