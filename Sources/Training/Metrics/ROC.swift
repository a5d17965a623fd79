/// Computes the area under the ROC curve (scikit-learn's `roc_auc_score`).
///
/// The result is the probability that a positive item has a higher score than a negative one, where
/// ties count half.
///
/// - Parameters:
///   - scores: One score per item; higher means more positive.
///   - positives: Whether each item is positive.
/// - Returns: From 0 to 1; nil if only one class is present.
/// - Precondition: There are as many scores as labels, and no score is NaN.
public func rocAucScore(scores: [Double], positives: [Bool]) -> Double? {
  precondition(
    scores.count == positives.count, "\(scores.count) scores for \(positives.count) labels")
  precondition(!scores.contains(where: \.isNaN), "a score is NaN")
  let order = scores.indices.sorted { scores[$0] < scores[$1] }
  let positiveCount = positives.count { $0 }
  let negativeCount = positives.count - positiveCount
  guard positiveCount > 0, negativeCount > 0 else { return nil }
  var rankSum = 0.0
  var start = 0
  while start < order.count {
    var end = start
    while end + 1 < order.count, scores[order[end + 1]] == scores[order[start]] { end += 1 }
    let rank = Double(start + end) / 2 + 1
    for position in start...end where positives[order[position]] { rankSum += rank }
    start = end + 1
  }
  let p = Double(positiveCount)
  return (rankSum - p * (p + 1) / 2) / (p * Double(negativeCount))
}

/// A point of the ROC curve.
public struct ROCPoint: Sendable, Equatable {
  /// Items with at least this score count as positive.
  public let threshold: Double
  /// Fraction of the negative items that count as positive.
  public let falsePositiveRate: Double
  /// Fraction of the positive items that count as positive (recall, sensitivity).
  public let truePositiveRate: Double
}

/// Computes the ROC curve (scikit-learn's `roc_curve` with `drop_intermediate=False`).
///
/// - Parameters:
///   - scores: One score per item; higher means more positive.
///   - positives: Whether each item is positive.
/// - Returns: One point per distinct score, from the highest threshold to the lowest, after a first
///   point with an infinite threshold. Empty if only one class is present.
/// - Precondition: There are as many scores as labels, and no score is NaN.
public func rocCurve(scores: [Double], positives: [Bool]) -> [ROCPoint] {
  let counts = cumulativeCounts(scores: scores, positives: positives)
  guard let last = counts.last, last.truePositives > 0, last.falsePositives > 0 else { return [] }
  return [ROCPoint(threshold: .infinity, falsePositiveRate: 0, truePositiveRate: 0)]
    + counts.map { step in
      ROCPoint(
        threshold: step.threshold,
        falsePositiveRate: Double(step.falsePositives) / Double(last.falsePositives),
        truePositiveRate: Double(step.truePositives) / Double(last.truePositives))
    }
}
