import Foundation

/// The difference of two areas under the ROC curve of the same items, with DeLong's test for correlated curves.
///
/// Source: DeLong et al., Biometrics 44 (1988). The variance is that of the differences of the items' shares, which equals
/// var(A) + var(B) − 2 cov(A, B). The items are taken as independent: with several images of one patient use
/// `Bootstrap.difference`.
public struct PairedDeLong: Sendable, Equatable {
  /// The area of the first scores.
  public let first: Double
  /// The area of the second scores.
  public let second: Double
  /// The second area minus the first.
  public var difference: Double { second - first }
  /// The variance of the difference; nil with a single positive or negative item.
  public let variance: Double?
  /// The difference ± 1.96 standard errors, within -1...1; nil without a variance.
  public let interval: ConfidenceInterval?
  /// The difference divided by its standard error; nil where that is 0 or not known.
  public let z: Double?
  /// The two-sided probability of a difference at least as large if the areas were equal; 1 if the scores order all items
  /// alike; nil where it is not known.
  public let pValue: Double?

  /// The difference and its interval.
  public var estimate: Estimate { Estimate(difference, interval) }

  /// Compares two scores of the same items; nil if only one class is present.
  ///
  /// - Parameters:
  ///   - first: One score per item; higher means more positive.
  ///   - second: The other scores of the same items.
  ///   - positives: Whether each item is positive.
  /// - Precondition: There are as many scores as labels, and no score is NaN.
  public init?(_ first: [Double], _ second: [Double], positives: [Bool]) {
    precondition(
      first.count == positives.count && second.count == positives.count,
      "\(first.count) and \(second.count) scores for \(positives.count) labels")
    precondition(
      !first.contains(where: \.isNaN) && !second.contains(where: \.isNaN), "a score is NaN")
    guard let a = DeLong.shares(scores: first, positives: positives),
      let b = DeLong.shares(scores: second, positives: positives)
    else { return nil }
    self.first = a.positives.reduce(0, +) / Double(a.positives.count)
    self.second = b.positives.reduce(0, +) / Double(b.positives.count)
    let difference = self.second - self.first
    variance = DeLong.variance(
      zip(b.positives, a.positives).map { $0 - $1 }, zip(b.negatives, a.negatives).map { $0 - $1 })
    let error = variance?.squareRoot()
    interval = error.map {
      let half = ConfidenceInterval.normalQuantile * $0
      return ConfidenceInterval(low: max(-1, difference - half), high: min(1, difference + half))
    }
    z = error.flatMap { $0 > 0 ? difference / $0 : nil }
    pValue = z.map { erfc(abs($0) / 2.0.squareRoot()) } ?? (error == 0 && difference == 0 ? 1 : nil)
  }
}
