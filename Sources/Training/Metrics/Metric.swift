/// A number that says how good predictions are; its name is what trackers monitor.
public struct Metric: Sendable {
  /// The name, in snake case as fastai prints it.
  public let name: String
  private let compute: @Sendable (Predictions) -> Double

  /// Makes a metric from a function of all predictions.
  public init(_ name: String, _ compute: @escaping @Sendable (Predictions) -> Double) {
    self.name = name
    self.compute = compute
  }

  /// The metric of some predictions.
  public func value(_ predictions: Predictions) -> Double { compute(predictions) }

  /// Share of items whose most probable class is right.
  public static let accuracy = Metric("accuracy") { p in
    guard p.count > 0 else { return .nan }
    return Double(zip(p.classes, p.targets).count { $0 == $1 }) / Double(p.count)
  }

  /// Share of items whose most probable class is wrong.
  public static let errorRate = Metric("error_rate") { 1 - accuracy.value($0) }

  /// Area under the ROC curve; for two classes that of the last class, for more the mean of each against the rest.
  ///
  /// NaN where only one class is present.
  public static let rocAuc = Metric("roc_auc_score") { p in
    if p.classCount <= 2 { return positiveAUC(p, p.classCount - 1) }
    return (0..<p.classCount).map { positiveAUC(p, $0) }.reduce(0, +) / Double(p.classCount)
  }

  private static func positiveAUC(_ p: Predictions, _ positive: Int) -> Double {
    rocAucScore(
      scores: p.probabilities.map { Double($0[positive]) },
      positives: p.targets.map { $0 == positive })
      ?? .nan
  }
}
