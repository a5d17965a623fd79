/// A 128-bit hash for reproducible unique identifiers; not cryptographic.
struct UIDDigest {
  var first: UInt64 = 0xcbf2_9ce4_8422_2325
  var second: UInt64 = 0x6c62_272e_07bb_0142

  mutating func add(_ bytes: some Sequence<UInt8>) {
    for byte in bytes {
      first = (first ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
      second = (second &+ UInt64(byte)) &* 0x9e37_79b9_7f4a_7c15
      second ^= second >> 29
    }
  }

  /// A UID derived from a UUID, under the root 2.25 (PS3.5 B.2).
  var uid: String {
    // Sets the UUID's version to 8 (custom) and its variant to RFC 9562.
    let high = first & ~0xf000 | 0x8000
    let low = second & ~(3 << 62) | 2 << 62
    return "2.25." + Self.decimal(high, low)
  }

  private static func decimal(_ high: UInt64, _ low: UInt64) -> String {
    var (high, low) = (high, low)
    var digits: [Character] = []
    repeat {
      let (newHigh, carry) = high.quotientAndRemainder(dividingBy: 10)
      let (newLow, digit) = (10 as UInt64).dividingFullWidth((carry, low))
      (high, low) = (newHigh, newLow)
      digits.append(Character(String(digit)))
    } while high > 0 || low > 0
    return String(digits.reversed())
  }
}
