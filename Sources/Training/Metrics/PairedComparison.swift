/// Two sets of predictions of the same items, compared item by item: two runs, two checkpoints, before and after.
///
///     let comparison = PairedComparison(first, second, patients: items.map(\.patient))
///     print(comparison.difference(.rocAuc), comparison.mcNemar.pValue)
///
/// Comparing the items in pairs takes out what makes both runs err on the same ones, so that intervals are narrower than
/// those of two independent sets.
public struct PairedComparison: Sendable {
  /// The first predictions.
  public let first: Predictions
  /// The second predictions.
  public let second: Predictions
  private let clusters: [Int]
  private let isClustered: Bool

  /// Pairs predictions by their order.
  ///
  /// - Parameters:
  ///   - first: Predictions of labeled items.
  ///   - second: Predictions of the same items in the same order.
  ///   - patients: The patient of each row, nil where unknown. Default: those of the items, if they are known.
  /// - Precondition: Both have the same targets, and so many patients.
  public init(_ first: Predictions, _ second: Predictions, patients: [String?]? = nil) {
    precondition(
      first.targets == second.targets && first.targetValues == second.targetValues,
      "the predictions have different targets: they are not of the same items in the same order")
    precondition(
      first.items.isEmpty || second.items.isEmpty
        || zip(first.items, second.items).allSatisfy { $0.path == $1.path && $0.frame == $1.frame },
      "the predictions are of different files")
    let names =
      patients ?? (first.items.isEmpty ? second.items : first.items).map(\.patient)
    precondition(
      names.isEmpty || names.count == first.count,
      "\(names.count) patients for \(first.count) predictions")
    self.first = first.columns(forClasses: 2)
    self.second = second.columns(forClasses: 2)
    clusters =
      names.isEmpty ? Array(0..<first.count) : Bootstrap.clusters(by: names)
    isClustered = (clusters.max() ?? -1) + 1 < first.count
  }

  /// The second value of a metric minus the first, with an interval by resampling patients.
  ///
  /// - Parameters:
  ///   - metric: Any metric.
  ///   - bootstrap: The resampling; both predictions have the same patients in each resample.
  /// - Returns: The difference; not defined where one of the values is not. All resamples equal, as for predictions that agree,
  ///   give an interval without width.
  public func difference(_ metric: Metric, bootstrap: Bootstrap = Bootstrap()) -> Estimate {
    let value = metric.value(second) - metric.value(first)
    let interval = bootstrap.intervals(clusters: clusters, allowsZeroWidth: true) { weights in
      let rows = weights.indices.flatMap { [Int](repeating: $0, count: weights[$0]) }
      return [metric.value(second.selecting(rows)) - metric.value(first.selecting(rows))]
    }
    return Estimate(value, interval[0])
  }

  /// The difference of the areas under the ROC curve of a class with DeLong's test; nil if only one class is present, if a
  /// probability is NaN, or if a patient has several items, which DeLong's variance takes as independent.
  ///
  /// - Parameter classIndex: The class. Default: the last.
  /// - Returns: The comparison.
  public func deLong(ofClass classIndex: Int? = nil) -> PairedDeLong? {
    guard !isClustered, !first.hasNaN, !second.hasNaN, !first.targets.isEmpty else { return nil }
    let index = classIndex ?? first.classCount - 1
    return PairedDeLong(
      first.scores(ofClass: index), second.scores(ofClass: index),
      positives: first.targets.map { $0 == index })
  }

  /// McNemar's test of the decided classes, which takes items as independent.
  public var mcNemar: McNemar {
    McNemar(
      first: zip(first.decoded, first.targets).map { $0 == $1 },
      second: zip(second.decoded, second.targets).map { $0 == $1 })
  }
}
