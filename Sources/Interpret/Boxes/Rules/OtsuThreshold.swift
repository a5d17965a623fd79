import Imaging

/// The threshold that separates a histogram into two groups with the greatest variance between them (Otsu 1979):
/// scikit-image's `threshold_otsu`, with 256 bins.
///
///     value > center of bin argmax_i  n₁(i) n₂(i) (m₁(i) − m₂(i))²
///
/// where the first group ends with bin i. A constant map has no threshold.
enum OtsuThreshold {
  private static let binCount = 256

  static func value(of map: ScalarImage) -> Float? {
    guard let range = map.extremes, range.lowerBound < range.upperBound else { return nil }
    let low = Double(range.lowerBound)
    let width = (Double(range.upperBound) - low) / Double(binCount)
    var counts = [Int](repeating: 0, count: binCount)
    for value in map.values {
      counts[min(Int((Double(value) - low) / width), binCount - 1)] += 1
    }
    let sum = counts.indices.reduce(0) { $0 + $1 * counts[$1] }
    // Bin numbers stand for the centers, which are a linear function of them.
    var (below, sumBelow, best) = (0, 0, (variance: -1.0, bin: 0))
    for bin in 0..<(binCount - 1) {
      below += counts[bin]
      sumBelow += bin * counts[bin]
      let above = map.values.count - below
      guard below > 0, above > 0 else { continue }
      let difference =
        Double(sumBelow) / Double(below) - Double(sum - sumBelow) / Double(above)
      let variance = Double(below) * Double(above) * difference * difference
      if variance > best.variance { best = (variance, bin) }
    }
    return .above(low + width * (Double(best.bin) + 0.5))
  }
}
