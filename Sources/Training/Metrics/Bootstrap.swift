public import Tensors

/// Intervals by resampling, in which items of one cluster stay together (cluster bootstrap).
///
/// Images of one patient resemble each other, so patients are drawn with replacement, not images.
public struct Bootstrap: Sendable, Equatable {
  /// The number of resamples.
  public let resamples: Int
  /// The seed of the draws.
  public let seed: UInt64

  /// Creates a bootstrap.
  ///
  /// - Parameters:
  ///   - resamples: The number of resamples.
  ///   - seed: The seed of the draws.
  /// - Precondition: There is at least one resample.
  public init(resamples: Int = 1000, seed: UInt64 = 1) {
    precondition(resamples > 0, "\(resamples) resamples")
    self.resamples = resamples
    self.seed = seed
  }

  /// Percentile intervals of several statistics from the same resamples.
  ///
  /// - Parameters:
  ///   - clusters: The cluster of each item, such as its patient, from 0.
  ///   - allowsZeroWidth: Whether an interval is given if all resamples agree.
  ///   - statistics: Computes the statistics of a resample from the weight of each item, which is how often its
  ///     cluster was drawn; nil where one is not defined.
  /// - Returns: One interval per statistic: the 2.5th and 97.5th percentile of its values. nil if it is defined in
  ///   fewer than half of the resamples, if there are fewer than two clusters, or, unless
  ///   `allowsZeroWidth`, if all resamples agree, as for a perfect order: such an interval says nothing about other items.
  public func intervals(
    clusters: [Int], allowsZeroWidth: Bool = false, _ statistics: (_ weights: [Int]) -> [Double?]
  ) -> [ConfidenceInterval?] {
    let count = (clusters.max() ?? -1) + 1
    var found: [[Double]] = []
    for resample in 0..<resamples {
      var random = RandomSource(seed: seed, UInt64(resample))
      var draws = [Int](repeating: 0, count: count)
      for _ in 0..<count { draws[Int(random.next() % UInt64(count))] += 1 }
      let values = statistics(clusters.map { draws[$0] })
      if found.isEmpty { found = [[Double]](repeating: [], count: values.count) }
      precondition(
        values.count == found.count, "\(values.count) statistics after \(found.count)")
      for (index, value) in values.enumerated() {
        if let value, value.isFinite { found[index].append(value) }
      }
    }
    return found.map { values in
      guard count > 1, 2 * values.count >= resamples else { return nil }
      return Self.percentileInterval(values).flatMap {
        $0.low < $0.high || allowsZeroWidth ? $0 : nil
      }
    }
  }

  /// The clusters of items by a name, such as the patient; items without a name are clusters of their own.
  public static func clusters(by names: [String?]) -> [Int] {
    var known: [String: Int] = [:]
    var next = 0
    return names.map { name in
      if let name, let found = known[name] { return found }
      defer { next += 1 }
      if let name { known[name] = next }
      return next
    }
  }

  /// The 2.5th and 97.5th percentile, linearly interpolated (`numpy.percentile`); nil without values.
  package static func percentileInterval(_ values: [Double]) -> ConfidenceInterval? {
    guard !values.isEmpty else { return nil }
    let sorted = values.sorted()
    return ConfidenceInterval(
      low: percentile(0.025, of: sorted), high: percentile(0.975, of: sorted))
  }

  /// A percentile of sorted values, linearly interpolated (`numpy.percentile`).
  package static func percentile(_ fraction: Double, of sorted: [Double]) -> Double {
    let position = fraction * Double(sorted.count - 1)
    let low = Int(position)
    let high = min(low + 1, sorted.count - 1)
    return sorted[low] + (sorted[high] - sorted[low]) * (position - Double(low))
  }
}

extension Estimate {
  /// The area under the ROC curve with a bootstrap interval; not defined if only one class is present.
  ///
  /// - Parameters:
  ///   - scores: One score per item; higher means more positive.
  ///   - positives: Whether each item is positive.
  ///   - clusters: The cluster of each item, such as its patient, from 0.
  ///   - bootstrap: The resampling.
  /// - Returns: The area.
  public static func rocAuc(
    scores: [Double], positives: [Bool], clusters: [Int], bootstrap: Bootstrap = Bootstrap()
  ) -> Estimate {
    let ranked = RankedScores(scores: scores, positives: positives)
    let intervals = bootstrap.intervals(clusters: clusters) { [ranked.area(weights: $0)] }
    return Estimate(ranked.area(weights: nil), intervals[0])
  }
}
