/// The finite values of a frame in ascending order, with their counts.
struct SortedValues {
  private let values: [Double]
  /// `ends[i]` is the number of values up to and including `values[i]`; empty if that is `i + 1`.
  private let ends: [Int]

  /// Collects the transformed samples; NaN and infinity are left out.
  init(_ samples: StoredPixels.Samples, _ transform: (Double) -> Float) {
    guard let counts = samples.counts() else {
      values = samples.map { Double(transform($0)) }.filter(\.isFinite).sorted()
      ends = []
      return
    }
    // Transforming distinct samples only is exact and avoids sorting all pixels.
    let distinct = counts.map { (value: Double(transform($0.value)), count: $0.count) }
      .filter { $0.value.isFinite }.sorted { $0.value < $1.value }
    values = distinct.map(\.value)
    var total = 0
    ends = distinct.map {
      total += $0.count
      return total
    }
  }

  /// The number of values.
  var count: Int { ends.last ?? values.count }

  /// The value at a position of the sorted values.
  subscript(position: Int) -> Double {
    if ends.isEmpty { return values[position] }
    var (low, high) = (0, ends.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if ends[middle] <= position { low = middle + 1 } else { high = middle }
    }
    return values[low]
  }

  /// A percentile (0 to 100) by linear interpolation, as `numpy.percentile`; nil without values.
  func percentile(_ percent: Double) -> Double? {
    guard count > 0 else { return nil }
    let position = percent / 100 * Double(count - 1)
    let index = min(Int(position), count - 1)
    let fraction = position - Double(index)
    let (lower, upper) = (self[index], self[min(index + 1, count - 1)])
    return lower + (upper - lower) * fraction
  }
}

extension StoredPixels.Samples {
  /// The distinct samples and how often each occurs, in any order; nil for more than 16 bits.
  func counts() -> [(value: Double, count: Int)]? {
    func small<T: FixedWidthInteger>(_ samples: [T]) -> [(value: Double, count: Int)] {
      guard let range else { return [] }
      let low = Int(range.lowerBound)
      var counts = [Int](repeating: 0, count: Int(range.upperBound) - low + 1)
      for sample in samples { counts[Int(sample) - low] += 1 }
      return counts.enumerated().compactMap { index, count in
        count > 0 ? (Double(low + index), count) : nil
      }
    }
    return switch self {
    case .uint8(let v): small(v)
    case .int8(let v): small(v)
    case .uint16(let v): small(v)
    case .int16(let v): small(v)
    case .uint32, .int32, .float32, .float64: nil
    }
  }
}
