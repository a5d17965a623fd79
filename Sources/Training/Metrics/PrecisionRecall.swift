/// A point of the precision–recall curve.
public struct PrecisionRecallPoint: Sendable, Equatable {
  /// Items with at least this score count as positive; infinity for the last point.
  public let threshold: Double
  /// Fraction of the items counted as positive that are.
  public let precision: Double
  /// Fraction of the positive items that count as positive (sensitivity).
  public let recall: Double
}

/// Computes the precision–recall curve (scikit-learn's `precision_recall_curve`).
///
/// - Parameters:
///   - scores: One score per item; higher means more positive.
///   - positives: Whether each item is positive.
/// - Returns: One point per distinct score, from the lowest threshold to the highest, before a last point with
///   precision 1 and recall 0. Empty if no item is positive, for which recall is not defined.
/// - Precondition: There are as many scores as labels, and no score is NaN.
public func precisionRecallCurve(scores: [Double], positives: [Bool]) -> [PrecisionRecallPoint] {
  let counts = cumulativeCounts(scores: scores, positives: positives)
  guard let total = counts.last?.truePositives, total > 0 else { return [] }
  let points = counts.map { step in
    PrecisionRecallPoint(
      threshold: step.threshold,
      precision: Double(step.truePositives) / Double(step.truePositives + step.falsePositives),
      recall: Double(step.truePositives) / Double(total))
  }
  return points.reversed() + [PrecisionRecallPoint(threshold: .infinity, precision: 1, recall: 0)]
}

/// Computes the average precision (scikit-learn's `average_precision_score`).
///
/// The sum over distinct thresholds, from high to low, of the increase of recall times the precision.
///
/// - Returns: From 0 to 1; nil if no item is positive, where scikit-learn returns 0.
/// - Precondition: As of `precisionRecallCurve`.
public func averagePrecisionScore(scores: [Double], positives: [Bool]) -> Double? {
  let points = precisionRecallCurve(scores: scores, positives: positives)
  guard !points.isEmpty else { return nil }
  return zip(points, points.dropFirst()).reduce(0) {
    $0 + ($1.0.recall - $1.1.recall) * $1.0.precision
  }
}

/// How many items have at least a score: one element per distinct score, the highest first.
///
/// - Precondition: There are as many scores as labels, and no score is NaN.
func cumulativeCounts(
  scores: [Double], positives: [Bool]
) -> [(threshold: Double, truePositives: Int, falsePositives: Int)] {
  precondition(
    scores.count == positives.count, "\(scores.count) scores for \(positives.count) labels")
  precondition(!scores.contains(where: \.isNaN), "a score is NaN")
  let order = scores.indices.sorted { scores[$0] > scores[$1] }
  var (tp, fp) = (0, 0)
  var found: [(threshold: Double, truePositives: Int, falsePositives: Int)] = []
  for (position, item) in order.enumerated() {
    if positives[item] { tp += 1 } else { fp += 1 }
    let isLast = position + 1 == order.count || scores[order[position + 1]] != scores[item]
    if isLast { found.append((scores[item], tp, fp)) }
  }
  return found
}
