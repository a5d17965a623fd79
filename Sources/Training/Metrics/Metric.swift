/// A value computed from the predictions for all validation items.
public struct Metric: Sendable {
  /// The column of the table, and what trackers monitor; in snake case as in fastai.
  public let name: String
  private let compute: @Sendable (Predictions) -> Double

  /// Creates a metric from a function of all predictions (`AccumMetric`).
  public init(_ name: String, _ compute: @escaping @Sendable (Predictions) -> Double) {
    self.name = name
    self.compute = compute
  }

  /// Computes the metric.
  public func value(_ predictions: Predictions) -> Double { compute(predictions) }

  /// Fraction of items whose most probable class is the target (`accuracy`).
  public static let accuracy = Metric("accuracy") { p in
    guard p.count > 0 else { return .nan }
    return Double(zip(p.decoded, p.targets).count { $0 == $1 }) / Double(p.count)
  }

  /// Fraction of items whose most probable class is not the target (`error_rate`).
  public static let errorRate = Metric("error_rate") { 1 - accuracy.value($0) }

  /// Area under the ROC curve of the last class (fastai's `RocAucBinary`).
  ///
  /// NaN if only one class is present, or if a probability is NaN.
  public static let rocAucBinary = Metric("roc_auc_score") { p in
    areaUnderCurve(p, positiveClass: p.classCount - 1)
  }

  /// Area under the ROC curve: macro average of each class against the rest (fastai's `RocAuc`).
  ///
  /// With two classes it is `rocAucBinary`. NaN if a class is absent, or if a probability is NaN.
  public static let rocAuc = Metric("roc_auc_score") { p in
    if p.classCount <= 2 { return rocAucBinary.value(p) }
    return (0..<p.classCount).map { areaUnderCurve(p, positiveClass: $0) }.reduce(0, +)
      / Double(p.classCount)
  }

  private static func areaUnderCurve(_ p: Predictions, positiveClass: Int) -> Double {
    let scores = p.probabilities.map { Double($0[positiveClass]) }
    // The outputs of a model that diverged have no order.
    guard !scores.contains(where: \.isNaN) else { return .nan }
    return rocAucScore(scores: scores, positives: p.targets.map { $0 == positiveClass }) ?? .nan
  }
}
