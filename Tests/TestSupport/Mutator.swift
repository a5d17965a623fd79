/// Mutates bytes reproducibly.
package struct Mutator {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  /// SplitMix64.
  private mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  package mutating func below(_ count: Int) -> Int { Int(next() % UInt64(max(count, 1))) }

  package mutating func byte() -> UInt8 { UInt8(truncatingIfNeeded: next() >> 24) }

  /// Replaces, removes, duplicates and moves bytes, or inserts some of another file.
  package mutating func mutated(_ original: [UInt8], _ others: [[UInt8]]) -> [UInt8] {
    var bytes = original
    for _ in 0...below(4) {
      guard !bytes.isEmpty else { return bytes }
      let at = below(bytes.count)
      let length = min(1 + below(24), bytes.count - at)
      switch below(9) {
      case 0: bytes[at] = byte()
      case 1: bytes[at] ^= 1 << UInt8(below(8))
      case 2: for i in at..<at + length { bytes[i] = [0, 0xFF, 0x7F, 0x80][below(4)] }
      case 3: bytes.removeSubrange(at..<at + length)
      case 4: bytes.insert(contentsOf: bytes[at..<at + length], at: below(bytes.count))
      case 5:
        let other = others[below(others.count)]
        guard !other.isEmpty else { continue }
        let from = below(other.count)
        bytes.insert(contentsOf: other[from..<min(from + 1 + below(64), other.count)], at: at)
      case 6: bytes[at] &+= UInt8(truncatingIfNeeded: below(5)) &- 2
      case 7 where below(4) == 0: bytes = Array(bytes.prefix(at))
      default: for i in at..<at + length { bytes[i] = byte() }
      }
    }
    return bytes
  }
}
