/// The MT19937 generator, seeded and read like PyTorch's CPU generator, for splits equal to fastai's.
///
/// Source: Matsumoto and Nishimura, "Mersenne Twister", ACM TOMACS 8 (1998).
package struct MersenneTwister: Sendable, RandomNumberGenerator {
  private var words: [UInt32]
  private var position: Int

  /// Seeds the generator (`torch.manual_seed(seed)`).
  package init(seed: UInt32) {
    words = [UInt32](repeating: seed, count: 624)
    for i in 1..<624 {
      words[i] = 1_812_433_253 &* (words[i - 1] ^ (words[i - 1] >> 30)) &+ UInt32(i)
    }
    position = 624
  }

  /// 32 random bits.
  package mutating func next32() -> UInt32 {
    if position == 624 { refill() }
    var y = words[position]
    position += 1
    y ^= y >> 11
    y ^= (y << 7) & 0x9d2c_5680
    y ^= (y << 15) & 0xefc6_0000
    return y ^ (y >> 18)
  }

  private mutating func refill() {
    for i in 0..<624 {
      let y = (words[i] & 0x8000_0000) | (words[(i + 1) % 624] & 0x7fff_ffff)
      words[i] = words[(i + 397) % 624] ^ (y >> 1) ^ (y & 1 == 0 ? 0 : 0x9908_b0df)
    }
    position = 0
  }

  /// 64 random bits from two calls of `next32()`, the first one high.
  package mutating func next() -> UInt64 {
    let high = UInt64(next32())
    return high << 32 | UInt64(next32())
  }

  /// `torch.randperm(count)`.
  package mutating func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<count)
    for i in 0..<Swift.max(count - 1, 0) {
      order.swapAt(i, i + Int(next32() % UInt32(count - i)))
    }
    return order
  }
}
