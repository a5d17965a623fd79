/// Number of items by target class (rows) and predicted class (columns).
public struct ConfusionMatrix: Sendable, Equatable {
  /// `counts[target][prediction]`.
  public let counts: [[Int]]

  /// Counts pairs of targets and predictions.
  ///
  /// - Precondition: There are as many targets as predictions, and all are below `classCount`.
  public init(targets: [Int], predictions: [Int], classCount: Int) {
    precondition(
      targets.count == predictions.count,
      "\(targets.count) targets for \(predictions.count) predictions")
    var counts = [[Int]](repeating: [Int](repeating: 0, count: classCount), count: classCount)
    for (target, prediction) in zip(targets, predictions) { counts[target][prediction] += 1 }
    self.counts = counts
  }

  /// Fraction of a class's items that were predicted as this class (sensitivity); nil if there are none.
  public func recall(of target: Int) -> Double? {
    let total = counts[target].reduce(0, +)
    return total == 0 ? nil : Double(counts[target][target]) / Double(total)
  }

  /// Fraction of a class's predictions that were right (positive predictive value); nil if there are none.
  public func precision(of prediction: Int) -> Double? {
    let total = counts.map { $0[prediction] }.reduce(0, +)
    return total == 0 ? nil : Double(counts[prediction][prediction]) / Double(total)
  }
}
