/// The area under the ROC curve with DeLong's variance.
///
/// Sources: DeLong et al., Biometrics 44 (1988); Sun and Xu, IEEE Signal Process. Lett. 21 (2014), for the
/// computation by ranks. The items are taken as independent.
public struct DeLong: Sendable, Equatable {
  /// The area, as of `rocAucScore`.
  public let area: Double
  /// The variance of the area; nil with a single positive or a single negative item.
  public let variance: Double?
  /// The area ± 1.96 standard errors, within 0...1; nil without a variance.
  ///
  /// Where the variance is 0, as for a perfect order, it has no width, which says nothing about other items:
  /// `estimate` leaves it out then.
  public let interval: ConfidenceInterval?

  /// The area and its interval, if that has a width.
  public var estimate: Estimate {
    Estimate(area, interval.flatMap { $0.low < $0.high ? $0 : nil })
  }

  /// Computes area and variance in O(n log n); nil if only one class is present.
  ///
  /// - Parameters:
  ///   - scores: One score per item; higher means more positive.
  ///   - positives: Whether each item is positive.
  /// - Precondition: There are as many scores as labels, and no score is NaN.
  public init?(scores: [Double], positives: [Bool]) {
    precondition(
      scores.count == positives.count, "\(scores.count) scores for \(positives.count) labels")
    precondition(!scores.contains(where: \.isNaN), "a score is NaN")
    guard let shares = Self.shares(scores: scores, positives: positives) else { return nil }
    area = shares.positives.reduce(0, +) / Double(shares.positives.count)
    guard let total = Self.variance(shares.positives, shares.negatives) else {
      variance = nil
      interval = nil
      return
    }
    let half = ConfidenceInterval.normalQuantile * total.squareRoot()
    self.variance = total
    interval = ConfidenceInterval(low: max(0, area - half), high: min(1, area + half))
  }

  /// The share of negatives below each positive, and of positives above each negative; nil if only one class is present.
  static func shares(
    scores: [Double], positives: [Bool]
  ) -> (positives: [Double], negatives: [Double])? {
    let p = scores.indices.filter { positives[$0] }.map { scores[$0] }
    let n = scores.indices.filter { !positives[$0] }.map { scores[$0] }
    guard !p.isEmpty, !n.isEmpty else { return nil }
    let all = midranks(p + n)
    let (ownP, ownN) = (midranks(p), midranks(n))
    let (m, k) = (Double(p.count), Double(n.count))
    return (
      p.indices.map { (all[$0] - ownP[$0]) / k },
      n.indices.map { 1 - (all[p.count + $0] - ownN[$0]) / m }
    )
  }

  /// The variance of the mean of shares, or of differences of shares; nil with a single positive or negative item.
  static func variance(_ positives: [Double], _ negatives: [Double]) -> Double? {
    guard positives.count > 1, negatives.count > 1 else { return nil }
    func ofMean(_ values: [Double]) -> Double {
      let mean = values.reduce(0, +) / Double(values.count)
      return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
        / Double(values.count)
    }
    return ofMean(positives) + ofMean(negatives)
  }

  /// Ranks from 1; equal values share the mean of theirs.
  static func midranks(_ values: [Double]) -> [Double] {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var ranks = [Double](repeating: 0, count: values.count)
    var start = 0
    while start < order.count {
      var end = start
      while end + 1 < order.count, values[order[end + 1]] == values[order[start]] { end += 1 }
      for place in start...end { ranks[order[place]] = Double(start + end) / 2 + 1 }
      start = end + 1
    }
    return ranks
  }
}
