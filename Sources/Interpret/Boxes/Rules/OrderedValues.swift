/// Values that are not negative, in order, in time proportional to their number: only values with the same upper half of
/// their bits are sorted.
struct OrderedValues {
  private let values: [Float]
  private var counts: [Int]
  private var sums: [Double]

  init(_ values: [Float]) {
    self.values = values
    // The bits of positive numbers ascend with the numbers.
    let buckets = Self.bucket(of: .infinity) + 1
    var counts = [Int](repeating: 0, count: buckets)
    var sums = [Double](repeating: 0, count: buckets)
    for value in values {
      let bucket = Self.bucket(of: value)
      counts[bucket] += 1
      sums[bucket] += Double(value)
    }
    (self.counts, self.sums) = (counts, sums)
  }

  private static func bucket(of value: Float) -> Int { Int(value.bitPattern >> 16) }

  private func sorted(in bucket: Int) -> [Float] {
    values.filter { Self.bucket(of: $0) == bucket }.sorted()
  }

  /// The value at a position, the lowest at 0.
  func value(at position: Int) -> Float {
    var below = 0
    for bucket in counts.indices where counts[bucket] > 0 {
      if position < below + counts[bucket] { return sorted(in: bucket)[position - below] }
      below += counts[bucket]
    }
    preconditionFailure("\(values.count) values have no position \(position)")
  }

  /// The value at which the sum of the highest ones reaches a fraction of the sum of all; of rounding, 1e-9 of the sum is
  /// allowed for.
  func lowest(holding fraction: Double) -> Float {
    let total = sums.reduce(0, +)
    let wanted = (fraction - 1e-9) * total
    var sum = 0.0
    var lowest = Float(0)
    for bucket in counts.indices.reversed() where counts[bucket] > 0 {
      guard sum + sums[bucket] >= wanted else {
        sum += sums[bucket]
        continue
      }
      for value in sorted(in: bucket).reversed() {
        sum += Double(value)
        lowest = value
        if sum >= wanted { return lowest }
      }
    }
    return lowest
  }
}
