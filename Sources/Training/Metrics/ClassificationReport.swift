/// Precision, recall and F1 of each class with intervals: scikit-learn's `classification_report`.
///
/// A ratio 0/0 is not defined here; in the averages it counts as 0, as in scikit-learn.
public struct ClassificationReport: Sendable, Equatable, Codable {
  /// The measures of one class, or their average.
  public struct Row: Sendable, Equatable, Codable {
    /// The name of the class, "macro avg" or "weighted avg".
    public let name: String
    /// The fraction of the items predicted as the class that are of it (positive predictive value).
    public let precision: Estimate
    /// The fraction of the class's items that are predicted as it (sensitivity).
    public let recall: Estimate
    /// The harmonic mean of precision and recall.
    public let f1: Estimate
    /// The number of items of the class.
    public let support: Int
    /// The area under the ROC curve of the class against the rest; for averages the mean of those.
    public let auc: Estimate
  }

  /// One row per class, in the order of the vocabulary.
  public let classes: [Row]
  /// The fraction of the items whose predicted class is right.
  public let accuracy: Estimate
  /// The mean over all classes.
  public let macroAverage: Row
  /// The mean over all classes, weighted by their number of items.
  public let weightedAverage: Row
  /// The number of items.
  public let items: Int
  /// The number of patients; nil if each item counts as a patient of its own.
  public let patients: Int?

  /// How the intervals were computed, in words.
  public var method: String {
    guard let patients else {
      return
        "95 % intervals: Wilson for proportions, DeLong for the AUC, bootstrap of the images for "
        + "F1 and averages"
    }
    return "95 % intervals: Wilson for proportions (images taken as independent), bootstrap of the "
      + "\(patients) patients for F1, AUC and averages"
  }

  /// Computes the report.
  ///
  /// - Parameters:
  ///   - targets: The true class of each item.
  ///   - predicted: The predicted class of each item.
  ///   - probabilities: The probability of each class, one row per item, for the AUC. Default: no AUC.
  ///   - vocab: The names of the classes.
  ///   - patients: The patient of each item, nil where unknown. Default: each item is a patient of its own.
  ///   - bootstrap: The resampling.
  /// - Precondition: One target, prediction, and row and patient if there are any, per item.
  public init(
    targets: [Int], predicted: [Int], probabilities: [[Double]] = [], vocab: [String],
    patients: [String?] = [], bootstrap: Bootstrap = Bootstrap()
  ) {
    precondition(
      (probabilities.isEmpty || probabilities.count == targets.count)
        && (patients.isEmpty || patients.count == targets.count),
      "\(probabilities.count) probabilities and \(patients.count) patients for \(targets.count) items"
    )
    let counts = ConfusionMatrix(
      targets: targets, predictions: predicted, classCount: vocab.count
    ).counts
    let clusters = Bootstrap.clusters(
      by: patients.isEmpty ? [String?](repeating: nil, count: targets.count) : patients)
    let clusterCount = (clusters.max() ?? -1) + 1
    let isClustered = clusterCount < targets.count
    let rankings =
      probabilities.isEmpty
      ? []
      : vocab.indices.map { index in
        RankedScores(
          scores: probabilities.map { $0[index] }, positives: targets.map { $0 == index })
      }
    let measured = Measured(counts.map { $0.map(Double.init) })
    let intervals = bootstrap.intervals(clusters: clusters) { weights in
      var resampled = [[Double]](
        repeating: [Double](repeating: 0, count: vocab.count), count: vocab.count)
      for (item, weight) in weights.enumerated() where weight > 0 {
        resampled[targets[item]][predicted[item]] += Double(weight)
      }
      let found = Measured(resampled)
      let areas: [Double?] = isClustered ? rankings.map { $0.area(weights: weights) } : []
      return found.f1 + found.averages + areas
        + (isClustered ? averages(areas, found.support) : [])
    }
    let averagesStart = vocab.count
    let areasStart = vocab.count + 6
    let areas: [Estimate] = vocab.indices.map { index in
      guard !rankings.isEmpty else { return .undefined }
      if isClustered {
        return Estimate(rankings[index].area(weights: nil), intervals[areasStart + index])
      }
      return DeLong(
        scores: probabilities.map { $0[index] }, positives: targets.map { $0 == index })?.estimate
        ?? .undefined
    }
    classes = vocab.indices.map { index in
      let hits = counts[index][index]
      return Row(
        name: vocab[index],
        precision: .proportion(hits, of: counts.reduce(0) { $0 + $1[index] }),
        recall: .proportion(hits, of: counts[index].reduce(0, +)),
        f1: Estimate(measured.f1[index], intervals[index]), support: counts[index].reduce(0, +),
        auc: areas[index])
    }
    accuracy = .proportion(vocab.indices.reduce(0) { $0 + counts[$1][$1] }, of: targets.count)
    let meanAreas = averages(areas.map(\.value), measured.support)
    func average(_ name: String, _ place: Int) -> Row {
      let values = (0..<3).map {
        Estimate(
          measured.averages[3 * place + $0], intervals[averagesStart + 3 * place + $0])
      }
      return Row(
        name: name, precision: values[0], recall: values[1], f1: values[2],
        support: targets.count,
        auc: Estimate(
          meanAreas[place],
          isClustered && !rankings.isEmpty ? intervals[areasStart + vocab.count + place] : nil))
    }
    macroAverage = average("macro avg", 0)
    weightedAverage = average("weighted avg", 1)
    items = targets.count
    self.patients = isClustered ? clusterCount : nil
  }

  /// The measures of a matrix of weights, whose ratios 0/0 count as 0 in averages.
  private struct Measured {
    let f1: [Double?]
    /// Precision, recall and F1: macro, then weighted.
    let averages: [Double?]
    let support: [Double]

    init(_ counts: [[Double]]) {
      let indices = counts.indices
      let hits = indices.map { counts[$0][$0] }
      let support = counts.map { $0.reduce(0, +) }
      let predicted = indices.map { column in counts.reduce(0) { $0 + $1[column] } }
      func ratio(_ a: Double, _ b: Double) -> Double? { b > 0 ? a / b : nil }
      let precision = indices.map { ratio(hits[$0], predicted[$0]) }
      let recall = indices.map { ratio(hits[$0], support[$0]) }
      f1 = indices.map { ratio(2 * hits[$0], support[$0] + predicted[$0]) }
      self.support = support
      let total = support.reduce(0, +)
      let all = [precision, recall, f1]
      averages =
        total == 0
        ? [Double?](repeating: nil, count: 6)
        : all.map { values in
          values.reduce(0) { $0 + ($1 ?? 0) } / Double(max(values.count, 1))
        }
          + all.map { values in
            zip(values, support).reduce(0) { $0 + ($1.0 ?? 0) * $1.1 } / total
          }
    }
  }
}

/// The mean and the weighted mean of values; nil if one of them is.
private func averages(_ values: [Double?], _ weights: [Double]) -> [Double?] {
  let known = values.compactMap(\.self)
  let total = weights.reduce(0, +)
  guard !known.isEmpty, known.count == values.count, total > 0 else { return [nil, nil] }
  return [
    known.reduce(0, +) / Double(known.count),
    zip(known, weights).reduce(0) { $0 + $1.0 * $1.1 } / total,
  ]
}
