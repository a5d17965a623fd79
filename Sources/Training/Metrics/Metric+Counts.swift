extension Metric {
  /// How the classes of a metric are averaged (`average`).
  public enum Average: String, Sendable, Codable, CaseIterable {
    /// `binary` for two classes, `macro` for more.
    case automatic
    /// The second of two classes, of more the last (`pos_label`).
    case binary
    /// The counts of all classes together.
    case micro
    /// The mean over the classes that occur in targets or predictions, as in scikit-learn.
    case macro
    /// The mean over all classes of the model.
    case macroAll = "macro_all"
    /// The mean over all classes, weighted by their items.
    case weighted
  }

  /// Fraction of items whose class is right (`accuracy`).
  public static let accuracy = ofClasses("accuracy") { p in
    Double(zip(p.decoded, p.targets).count { $0 == $1 }) / Double(p.count)
  }

  /// Fraction of items whose class is wrong (`error_rate`).
  public static let errorRate = ofClasses("error_rate") { 1 - accuracy.value($0) }

  /// Fraction of items whose class is among the `k` with the highest outputs (`top_k_accuracy`).
  ///
  /// Of equal outputs the first come first. With `k` classes or fewer it is 1.
  public static func topKAccuracy(k: Int = 5) -> Metric {
    precondition(k > 0, "top_k_accuracy with k \(k)")
    return ofClasses(named("top_k_accuracy", [("k", k == 5 ? nil : "\(k)")])) { p in
      let hits = p.targets.indices.count { row in
        let (z, own) = (p.outputs[row], p.targets[row])
        return z.indices.count { z[$0] > z[own] || (z[$0] == z[own] && $0 < own) } < k
      }
      return Double(hits) / Double(p.count)
    }
  }

  /// Fraction of the items predicted as a class that are of it (`Precision`).
  public static func precision(average: Average = .automatic) -> Metric {
    ratio("precision_score", average) { ($0.hits, $0.predicted) }
  }

  /// Fraction of a class's items that are predicted as it, the sensitivity (`Recall`).
  public static func recall(average: Average = .automatic) -> Metric {
    ratio("recall_score", average) { ($0.hits, $0.support) }
  }

  /// Harmonic mean of precision and recall (`F1Score`).
  public static func f1Score(average: Average = .automatic) -> Metric {
    ratio("f1_score", average) { (2 * $0.hits, $0.support + $0.predicted) }
  }

  /// Weighted harmonic mean of precision and recall, in which recall counts `beta` times as much (`FBeta`).
  public static func fBeta(beta: Double = 2, average: Average = .automatic) -> Metric {
    precondition(beta > 0, "fbeta_score with beta \(beta)")
    let square = beta * beta
    return ratio("fbeta_score", average, [("beta", beta == 2 ? nil : text(beta))]) {
      ((1 + square) * $0.hits, square * $0.support + $0.predicted)
    }
  }

  /// Items of a class predicted as it, as a fraction of those of it or predicted as it (`Jaccard`).
  public static func jaccard(average: Average = .automatic) -> Metric {
    ratio("jaccard_score", average) { ($0.hits, $0.support + $0.predicted - $0.hits) }
  }

  /// Fraction of the items not of the last class that are not predicted as it.
  ///
  /// NaN without such items.
  public static let specificity = ofClasses("specificity") { p in
    let positive = p.classCount - 1
    let negatives = p.targets.indices.filter { p.targets[$0] != positive }
    let decoded = p.decoded
    return Double(negatives.count { decoded[$0] != positive }) / Double(negatives.count)
  }

  /// Mean recall of the classes that have items (`BalancedAccuracy`).
  public static let balancedAccuracy = ofClasses("balanced_accuracy_score") { p in
    let rates = ClassCounts.all(of: p).filter { $0.support > 0 }.map { $0.hits / $0.support }
    return rates.reduce(0, +) / Double(rates.count)
  }

  /// Fraction of items whose class is wrong (`HammingLoss`).
  public static let hammingLoss = ofClasses("hamming_loss") { 1 - accuracy.value($0) }

  private static func ratio(
    _ base: String, _ average: Average, _ arguments: [(name: String, value: String?)] = [],
    _ parts: @escaping @Sendable (ClassCounts) -> (Double, Double)
  ) -> Metric {
    let name = named(
      base, arguments + [("average", average == .automatic ? nil : average.rawValue)])
    return ofClasses(name) { p in
      ClassCounts.average(
        ClassCounts.all(of: p), average == .automatic && p.classCount > 2 ? .macro : average, parts)
    }
  }
}

/// What the ratios of a class are computed from.
struct ClassCounts {
  /// Items of the class predicted as it.
  var hits = 0.0
  /// Items predicted as the class.
  var predicted = 0.0
  /// Items of the class.
  var support = 0.0

  /// The counts of each class.
  static func all(of p: Predictions) -> [ClassCounts] {
    var counts = [ClassCounts](repeating: ClassCounts(), count: p.classCount)
    for (target, decoded) in zip(p.targets, p.decoded) {
      counts[target].support += 1
      counts[decoded].predicted += 1
      if target == decoded { counts[target].hits += 1 }
    }
    return counts
  }

  /// A ratio averaged over classes; 0/0 counts as 0.
  static func average(
    _ counts: [ClassCounts], _ average: Metric.Average,
    _ parts: (ClassCounts) -> (Double, Double)
  ) -> Double {
    func ratio(_ counts: ClassCounts) -> Double {
      let (a, b) = parts(counts)
      return b > 0 ? a / b : 0
    }
    switch average {
    case .automatic, .binary: return counts.last.map(ratio) ?? .nan
    case .micro:
      return ratio(
        counts.reduce(into: ClassCounts()) {
          $0.hits += $1.hits
          $0.predicted += $1.predicted
          $0.support += $1.support
        })
    case .macro:
      let present = counts.filter { $0.support + $0.predicted > 0 }
      return present.map(ratio).reduce(0, +) / Double(present.count)
    case .macroAll: return counts.map(ratio).reduce(0, +) / Double(counts.count)
    case .weighted:
      let total = counts.reduce(0) { $0 + $1.support }
      return total > 0 ? counts.reduce(0) { $0 + ratio($1) * $1.support } / total : 0
    }
  }
}
