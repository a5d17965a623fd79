/// The pixels of a map from the highest value to the lowest.
///
/// Equal values keep the order of their positions, so that every measure is determinate; NaN comes last. A radix sort:
/// a map of 512 x 512 pixels takes a few milliseconds.
package enum PixelOrder {
  /// The positions of values in falling order.
  package static func falling(_ values: [Float]) -> [Int] {
    precondition(values.count <= Int(UInt32.max), "\(values.count) pixels are too many")
    var keys = values.map(key)
    var order = (0..<UInt32(values.count)).map(\.self)
    var (nextKeys, nextOrder) = (keys, order)
    for shift: UInt32 in [0, 11, 22] {
      var starts = [Int](repeating: 0, count: 2049)
      for key in keys { starts[Int(key >> shift & 2047) + 1] += 1 }
      for bin in 1...2048 { starts[bin] += starts[bin - 1] }
      for place in keys.indices {
        let bin = Int(keys[place] >> shift & 2047)
        nextKeys[starts[bin]] = keys[place]
        nextOrder[starts[bin]] = order[place]
        starts[bin] += 1
      }
      swap(&keys, &nextKeys)
      swap(&order, &nextOrder)
    }
    return order.map(Int.init)
  }

  /// A number that rises as the value falls.
  private static func key(_ value: Float) -> UInt32 {
    if value.isNaN { return .max }
    // Adding 0 makes the two zeros equal.
    let bits = (value + 0).bitPattern
    let rising = bits >> 31 == 1 ? ~bits : bits | 0x8000_0000
    return ~rising
  }
}
