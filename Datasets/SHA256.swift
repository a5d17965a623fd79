/// The SHA-256 checksum of FIPS 180-4, to tell whether a bundled archive is the one that was shipped.
package struct SHA256 {
  /// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
  private static let constants: [UInt32] = primes(64).map { fraction(of: $0, root: 3) }
  /// The same of the square roots of the first 8 primes.
  private static let start: [UInt32] = primes(8).map { fraction(of: $0, root: 2) }

  /// The checksum as 64 lower-case hexadecimal digits.
  package static func hexadecimal(of bytes: [UInt8]) -> String {
    var state = start
    var schedule = [UInt32](repeating: 0, count: 64)
    let whole = bytes.count / 64 * 64
    bytes.withUnsafeBufferPointer { bytes in
      for block in stride(from: 0, to: whole, by: 64) {
        digest(UnsafeBufferPointer(rebasing: bytes[block..<block + 64]), &schedule, &state)
      }
    }
    // The rest, a 1 bit, zeros, and the length in bits, to fill one or two blocks.
    var tail = Array(bytes[whole...]) + [0x80]
    while tail.count % 64 != 56 { tail.append(0) }
    let bits = UInt64(bytes.count) * 8
    for shift in stride(from: 56, through: 0, by: -8) {
      tail.append(UInt8(truncatingIfNeeded: bits >> UInt64(shift)))
    }
    tail.withUnsafeBufferPointer { tail in
      for block in stride(from: 0, to: tail.count, by: 64) {
        digest(UnsafeBufferPointer(rebasing: tail[block..<block + 64]), &schedule, &state)
      }
    }
    let digits = Array("0123456789abcdef")
    return String(
      state.flatMap { word in
        stride(from: 28, through: 0, by: -4).map { digits[Int(word >> UInt32($0) & 15)] }
      })
  }

  private static func digest(
    _ block: UnsafeBufferPointer<UInt8>, _ w: inout [UInt32], _ state: inout [UInt32]
  ) {
    for t in 0..<16 {
      w[t] =
        UInt32(block[4 * t]) << 24 | UInt32(block[4 * t + 1]) << 16
        | UInt32(block[4 * t + 2]) << 8 | UInt32(block[4 * t + 3])
    }
    for t in 16..<64 {
      let (x, y) = (w[t - 15], w[t - 2])
      let small = turned(x, 7) ^ turned(x, 18) ^ (x >> 3)
      let large = turned(y, 17) ^ turned(y, 19) ^ (y >> 10)
      w[t] = w[t - 16] &+ small &+ w[t - 7] &+ large
    }
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
    constants.withUnsafeBufferPointer { k in
      for t in 0..<64 {
        let sumE = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)
        let choice = (e & f) ^ (~e & g)
        let first = h &+ sumE &+ choice &+ k[t] &+ w[t]
        let sumA = turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)
        let majority = (a & b) ^ (a & c) ^ (b & c)
        (h, g, f, e, d, c, b, a) = (g, f, e, d &+ first, c, b, a, first &+ sumA &+ majority)
      }
    }
    for (index, word) in [a, b, c, d, e, f, g, h].enumerated() { state[index] &+= word }
  }

  private static func turned(_ x: UInt32, _ places: UInt32) -> UInt32 {
    x >> places | x << (32 - places)
  }

  private static func primes(_ count: Int) -> [UInt64] {
    var primes: [UInt64] = []
    var candidate: UInt64 = 2
    while primes.count < count {
      if !primes.contains(where: { candidate % $0 == 0 }) { primes.append(candidate) }
      candidate += 1
    }
    return primes
  }

  /// The first 32 bits behind the point of a square or cube root, by halving in whole numbers.
  private static func fraction(of value: UInt64, root: Int) -> UInt32 {
    // The largest r with r^root <= value · 2^(32 · root).
    let goal = UInt128(value) << UInt128(32 * root)
    var (low, high) = (UInt128(0), UInt128(1) << 37)
    while high - low > 1 {
      let middle = (low + high) / 2
      let power = root == 2 ? middle * middle : middle * middle * middle
      if power <= goal { low = middle } else { high = middle }
    }
    return UInt32(truncatingIfNeeded: low)
  }
}
