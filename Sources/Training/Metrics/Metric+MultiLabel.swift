/// Metrics of labels that do not exclude each other, whose targets are 1 or 0 for each output.
///
/// As in fastai, a label counts as predicted with a probability of at least the threshold, in `accuracyMulti` above it.
extension Metric {
  /// How the labels of a metric are averaged (`average`).
  public enum LabelAverage: String, Sendable, Codable, CaseIterable {
    /// The mean over the labels.
    case macro
    /// The counts of all labels together.
    case micro
    /// The mean over the labels, weighted by their items.
    case weighted
    /// The mean over the items.
    case samples
  }

  /// Fraction of all pairs of item and label that are right (`accuracy_multi`).
  public static func accuracyMulti(threshold: Float = 0.5) -> Metric {
    multi("accuracy_multi", threshold, .macro) { p, _ in
      1 - Double(wrongPairs(p) { $0 > threshold }) / Double(p.count * p.classCount)
    }
  }

  /// Fraction of all pairs of item and label that are wrong (`HammingLossMulti`).
  public static func hammingLossMulti(threshold: Float = 0.5) -> Metric {
    multi("hamming_loss_multi", threshold, .macro) { p, _ in
      Double(wrongPairs(p) { $0 >= threshold }) / Double(p.count * p.classCount)
    }
  }

  /// Harmonic mean of precision and recall (`F1ScoreMulti`).
  public static func f1ScoreMulti(
    threshold: Float = 0.5, average: LabelAverage = .macro
  ) -> Metric {
    labels("f1_score_multi", threshold, average) { (2 * $0.hits, $0.support + $0.predicted) }
  }

  /// Weighted harmonic mean of precision and recall (`FBetaMulti`).
  public static func fBetaMulti(
    beta: Double = 2, threshold: Float = 0.5, average: LabelAverage = .macro
  ) -> Metric {
    precondition(beta > 0, "fbeta_score_multi with beta \(beta)")
    let square = beta * beta
    return labels(
      "fbeta_score_multi", threshold, average, [("beta", beta == 2 ? nil : text(beta))]
    ) { ((1 + square) * $0.hits, square * $0.support + $0.predicted) }
  }

  /// Fraction of the predicted labels that are right (`PrecisionMulti`).
  public static func precisionMulti(
    threshold: Float = 0.5, average: LabelAverage = .macro
  ) -> Metric { labels("precision_score_multi", threshold, average) { ($0.hits, $0.predicted) } }

  /// Fraction of the labels that are predicted (`RecallMulti`).
  public static func recallMulti(
    threshold: Float = 0.5, average: LabelAverage = .macro
  ) -> Metric { labels("recall_score_multi", threshold, average) { ($0.hits, $0.support) } }

  /// Right labels as a fraction of those that are present or predicted (`JaccardMulti`).
  public static func jaccardMulti(
    threshold: Float = 0.5, average: LabelAverage = .macro
  ) -> Metric {
    labels("jaccard_score_multi", threshold, average) {
      ($0.hits, $0.support + $0.predicted - $0.hits)
    }
  }

  /// Area under the ROC curve of each label (`RocAucMulti`); NaN if one is on no item or on all (with `macroPresent`:
  /// if none is left).
  public static func rocAucMulti(average: ScoreAverage = .macro) -> Metric {
    scores("roc_auc_score_multi", average) {
      Training.rocAucScore(scores: $0, positives: $1) ?? .nan
    }
  }

  /// Average precision of each label (`APScoreMulti`); 0 of a label that no item has, as in scikit-learn.
  public static func averagePrecisionMulti(average: ScoreAverage = .macro) -> Metric {
    scores("average_precision_score_multi", average) {
      averagePrecisionScore(scores: $0, positives: $1) ?? 0
    }
  }

  // MARK: Parts

  private static func multi(
    _ base: String, _ threshold: Float, _ average: LabelAverage,
    _ arguments: [(name: String, value: String?)] = [],
    _ compute: @escaping @Sendable (Predictions, LabelAverage) -> Double
  ) -> Metric {
    let name = named(
      base,
      arguments + [
        ("threshold", threshold == 0.5 ? nil : "\(threshold)"),
        ("average", average == .macro ? nil : average.rawValue),
      ])
    return ofValues(name) { compute($0, average) }
  }

  private static func wrongPairs(
    _ p: Predictions, _ isPredicted: (Float) -> Bool
  ) -> Int {
    zip(p.probabilities, p.targetValues).reduce(0) { sum, row in
      sum + zip(row.0, row.1).count { isPredicted($0) != ($1 > 0.5) }
    }
  }

  private static func labels(
    _ base: String, _ threshold: Float, _ average: LabelAverage,
    _ arguments: [(name: String, value: String?)] = [],
    _ parts: @escaping @Sendable (ClassCounts) -> (Double, Double)
  ) -> Metric {
    multi(base, threshold, average, arguments) { p, average in
      let groups = average == .samples ? p.count : p.classCount
      var counts = [ClassCounts](repeating: ClassCounts(), count: groups)
      for row in 0..<p.count {
        for label in 0..<p.classCount {
          let place = average == .samples ? row : label
          let isPredicted = p.probabilities[row][label] >= threshold
          let isPresent = p.targetValues[row][label] > 0.5
          if isPredicted { counts[place].predicted += 1 }
          if isPresent { counts[place].support += 1 }
          if isPredicted && isPresent { counts[place].hits += 1 }
        }
      }
      let kind: Average =
        switch average {
        case .macro, .samples: .macroAll
        case .micro: .micro
        case .weighted: .weighted
        }
      return ClassCounts.average(counts, kind, parts)
    }
  }

  private static func scores(
    _ base: String, _ average: ScoreAverage,
    _ score: @escaping @Sendable (_ scores: [Double], _ positives: [Bool]) -> Double
  ) -> Metric {
    ofValues(named(base, [("average", average == .macro ? nil : average.rawValue)])) { p in
      var (sum, total) = (0.0, 0.0)
      for label in 0..<p.classCount {
        let positives = p.targetValues.map { $0[label] > 0.5 }
        let support = positives.count { $0 }
        if average == .macroPresent, support == 0 || support == p.count { continue }
        let weight = average == .weighted ? Double(support) : 1
        sum += weight * score(p.scores(ofClass: label), positives)
        total += weight
      }
      return sum / total
    }
  }
}
