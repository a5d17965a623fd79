/// How often predictions of a confidence are right: the numbers of a reliability diagram.
///
/// The confidences are divided into bins of equal width, ((b-1)/n, b/n], the first with 0. Source: Guo et al.,
/// "On Calibration of Modern Neural Networks", ICML 2017.
public struct Calibration: Sendable, Equatable, Codable {
  /// The items of one bin.
  public struct Bin: Sendable, Equatable, Codable {
    /// The lower end, excluded but for the first bin.
    public let low: Double
    /// The upper end.
    public let high: Double
    /// The number of items.
    public let count: Int
    /// The mean confidence of the items; nil for an empty bin.
    public let confidence: Double?
    /// The fraction of the items that are right, with Wilson's interval.
    public let fraction: Estimate
  }

  /// The bins, in order; some may be empty.
  public let bins: [Bin]
  /// Expected calibration error: the mean over the items of their bin's |fraction - confidence|; nil without items.
  public let expectedError: Double?
  /// Maximum calibration error: the largest |fraction - confidence| of a bin; nil without items.
  public let maximumError: Double?

  /// Divides items into bins.
  ///
  /// - Parameters:
  ///   - confidences: The probability given to each item, 0 to 1.
  ///   - outcomes: Whether each item is positive, or was predicted correctly, as the probabilities mean.
  ///   - binCount: The number of bins.
  /// - Precondition: There are as many confidences as outcomes, all from 0 to 1, and at least one bin.
  public init(confidences: [Double], outcomes: [Bool], binCount: Int = 15) {
    precondition(
      confidences.count == outcomes.count && binCount > 0,
      "\(confidences.count) confidences for \(outcomes.count) outcomes in \(binCount) bins")
    precondition(
      confidences.allSatisfy { $0 >= 0 && $0 <= 1 + 1e-6 }, "a confidence is not from 0 to 1")
    let n = Double(binCount)
    var sums = [Double](repeating: 0, count: binCount)
    var counts = [Int](repeating: 0, count: binCount)
    var hits = [Int](repeating: 0, count: binCount)
    for (confidence, outcome) in zip(confidences, outcomes) {
      let bin = min(max(Int((confidence * n).rounded(.up)) - 1, 0), binCount - 1)
      sums[bin] += confidence
      counts[bin] += 1
      if outcome { hits[bin] += 1 }
    }
    bins = (0..<binCount).map { bin in
      Bin(
        low: Double(bin) / n, high: Double(bin + 1) / n, count: counts[bin],
        confidence: counts[bin] == 0 ? nil : sums[bin] / Double(counts[bin]),
        fraction: .proportion(hits[bin], of: counts[bin]))
    }
    let gaps = bins.compactMap { bin -> (count: Int, gap: Double)? in
      guard let confidence = bin.confidence, let fraction = bin.fraction.value else { return nil }
      return (bin.count, abs(fraction - confidence))
    }
    expectedError =
      gaps.isEmpty
      ? nil : gaps.reduce(0) { $0 + Double($1.count) * $1.gap } / Double(confidences.count)
    maximumError = gaps.map(\.gap).max()
  }
}
