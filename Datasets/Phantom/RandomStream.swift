/// A deterministic stream of random numbers (splitmix64), one per image or patient.
///
/// A stream is seeded by `(seed, purpose, index)`, so images do not depend on the thread that
/// draws them or on their order.
struct RandomStream: RandomNumberGenerator {
  private var state: UInt64

  /// Creates the stream for item `index` of a purpose.
  init(seed: UInt64, purpose: Purpose, index: Int) {
    state = seed
    let first = next()
    state = first ^ (purpose.rawValue &* 0xD1B5_4A32_D192_ED03)
    let second = next()
    state = second ^ (UInt64(bitPattern: Int64(index)) &* 0x8CB9_2BA7_2F3D_8DD7)
    state = next()
  }

  /// The purpose of a stream; streams of different purposes are independent.
  enum Purpose: UInt64 {
    case plan = 1
    case patient, image, noise
    case pet = 6
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A uniform number in `[0, 1)`, a multiple of 2⁻²⁴.
  mutating func uniform() -> Float {
    Float(next() >> 40) * 0x1p-24
  }

  /// A uniform number between two bounds.
  mutating func uniform(_ low: Float, _ high: Float) -> Float {
    low + (high - low) * uniform()
  }

  /// A uniform integer in `0..<count`.
  mutating func index(below count: Int) -> Int {
    Int(((next() >> 32) &* UInt64(count)) >> 32)
  }

  /// True with the given probability.
  mutating func chance(_ probability: Float) -> Bool {
    uniform() < probability
  }

  /// An approximately normal number of mean 0 and variance 1 within ±3.5: the sum of four uniform
  /// ones.
  mutating func bell() -> Float {
    let bits = next()
    let sum =
      Int32(truncatingIfNeeded: bits & 0xFFFF) &+ Int32(truncatingIfNeeded: bits >> 16 & 0xFFFF)
      &+ Int32(truncatingIfNeeded: bits >> 32 & 0xFFFF) &+ Int32(truncatingIfNeeded: bits >> 48)
    // The sum of four uniform numbers of width 65536 has the variance 4 · 65536² / 12.
    return (Float(sum) - 131_070) * 2.642_9e-5
  }

  /// A random permutation of `0..<count` (Fisher-Yates).
  mutating func permutation(of count: Int) -> [Int] {
    var order = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(last, index(below: last + 1))
    }
    return order
  }
}
