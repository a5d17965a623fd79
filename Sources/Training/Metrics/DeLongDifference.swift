import Glibc

/// The difference of two areas under the ROC curve of the same items, with DeLong's variance.
///
/// Source: DeLong et al., Biometrics 44 (1988). The items are taken as independent.
public struct DeLongDifference: Sendable, Equatable {
  /// The area of the first scores.
  public let first: Double
  /// The area of the second scores.
  public let second: Double
  /// The second area minus the first.
  public var difference: Double { second - first }
  /// The variance of the difference; nil with a single positive or a single negative item.
  public let variance: Double?

  /// The difference ± 1.96 standard errors, within -1...1; nil without a variance above 0.
  public var interval: ConfidenceInterval? {
    guard let variance, variance > 0 else { return nil }
    let half = ConfidenceInterval.normalQuantile * variance.squareRoot()
    return ConfidenceInterval(low: max(-1, difference - half), high: min(1, difference + half))
  }

  /// The two-sided p-value of the hypothesis that the areas are equal; nil without a variance above 0.
  public var pValue: Double? {
    guard let variance, variance > 0 else { return nil }
    return erfc(abs(difference) / variance.squareRoot() / 2.0.squareRoot())
  }

  /// Computes areas and variance in O(n log n); nil if only one class is present.
  ///
  /// - Parameters:
  ///   - first: One score per item; higher means more positive.
  ///   - second: Other scores of the same items.
  ///   - positives: Whether each item is positive.
  /// - Precondition: There are as many scores as labels, and no score is NaN.
  public init?(first: [Double], second: [Double], positives: [Bool]) {
    precondition(
      first.count == positives.count && second.count == positives.count,
      "\(first.count) and \(second.count) scores for \(positives.count) labels")
    precondition(!(first + second).contains(where: \.isNaN), "a score is NaN")
    guard let a = Self.shares(first, positives), let b = Self.shares(second, positives) else {
      return nil
    }
    (self.first, self.second) = (a.area, b.area)
    let (m, n) = (Double(a.ofPositives.count), Double(a.ofNegatives.count))
    guard m > 1, n > 1 else {
      variance = nil
      return
    }
    // The variance of a difference of pairs includes their covariance.
    func sampleVariance(_ values: [Double]) -> Double {
      let mean = values.reduce(0, +) / Double(values.count)
      return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
    }
    variance =
      sampleVariance(zip(b.ofPositives, a.ofPositives).map { $0 - $1 }) / m
      + sampleVariance(zip(b.ofNegatives, a.ofNegatives).map { $0 - $1 }) / n
  }

  /// The share of negatives below each positive, and of positives above each negative; nil with a single class.
  private static func shares(
    _ scores: [Double], _ positives: [Bool]
  ) -> (area: Double, ofPositives: [Double], ofNegatives: [Double])? {
    let p = scores.indices.filter { positives[$0] }.map { scores[$0] }
    let n = scores.indices.filter { !positives[$0] }.map { scores[$0] }
    guard !p.isEmpty, !n.isEmpty else { return nil }
    let (all, ownP, ownN) = (
      DeLong.midranks(p + n), DeLong.midranks(p), DeLong.midranks(n)
    )
    let above = p.indices.map { (all[$0] - ownP[$0]) / Double(n.count) }
    let below = n.indices.map { 1 - (all[p.count + $0] - ownN[$0]) / Double(p.count) }
    return (above.reduce(0, +) / Double(p.count), above, below)
  }
}
