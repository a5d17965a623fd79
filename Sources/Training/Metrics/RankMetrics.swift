/// Area under the ROC curve: the chance that a positive item scores higher than a negative one, ties half.
///
/// - Parameters:
///   - scores: One number per item; higher means more positive.
///   - positives: Whether each item is positive.
/// - Returns: From 0 to 1; nil where only one class is present.
/// - Precondition: as many scores as labels, none of them NaN.
public func rocAucScore(scores: [Double], positives: [Bool]) -> Double? {
  precondition(
    scores.count == positives.count, "\(scores.count) scores for \(positives.count) labels")
  precondition(!scores.contains(where: \.isNaN), "a score is not a number")
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
  /// Items at or above this score are called positive.
  public let threshold: Double
  /// Share of negatives called positive.
  public let falsePositiveRate: Double
  /// Share of positives called positive.
  public let truePositiveRate: Double
}

/// The ROC curve, from nothing called positive to everything; one point per distinct score.
public func rocCurve(scores: [Double], positives: [Bool]) -> [ROCPoint] {
  precondition(
    scores.count == positives.count, "\(scores.count) scores for \(positives.count) labels")
  let order = scores.indices.sorted { scores[$0] > scores[$1] }
  let p = Double(positives.count { $0 })
  let n = Double(positives.count) - p
  var (tp, fp) = (0.0, 0.0)
  var points = [ROCPoint(threshold: .infinity, falsePositiveRate: 0, truePositiveRate: 0)]
  for (position, item) in order.enumerated() {
    if positives[item] { tp += 1 } else { fp += 1 }
    let isLast = position + 1 == order.count || scores[order[position + 1]] != scores[item]
    if isLast {
      points.append(
        ROCPoint(threshold: scores[item], falsePositiveRate: fp / n, truePositiveRate: tp / p))
    }
  }
  return points
}
