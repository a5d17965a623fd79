extension Metric {
  /// How the classes of a metric of scores are averaged.
  public enum ScoreAverage: String, Sendable, Codable, CaseIterable {
    /// The mean over the classes.
    case macro
    /// The mean over the classes that have items and are not all.
    case macroPresent = "macro_present"
    /// The mean weighted by the items of the classes.
    case weighted
  }

  /// Area under the ROC curve of the last class (fastai's `RocAucBinary`).
  ///
  /// NaN if only one class is present, or if a probability is NaN.
  public static let rocAucBinary = ofClasses("roc_auc_score") { p in
    areaUnderCurve(p, positiveClass: p.classCount - 1)
  }

  /// Area under the ROC curve: macro average of each class against the rest (fastai's `RocAuc`).
  ///
  /// With two classes it is `rocAucBinary`. NaN if a class is absent, or if a probability is NaN.
  public static let rocAuc = rocAucScore()

  /// Area under the ROC curve: an average of each class against the rest (fastai's `RocAuc`).
  ///
  /// With two classes it is `rocAucBinary`. NaN if a class is absent (with `macroPresent`: if none is left).
  public static func rocAucScore(average: ScoreAverage = .macro) -> Metric {
    ofClasses(name("roc_auc_score", average)) { p in
      if p.classCount <= 2 { return areaUnderCurve(p, positiveClass: p.classCount - 1) }
      return Metric.average(average, p) { areaUnderCurve(p, positiveClass: $0) }
    }
  }

  /// Average precision of the last of two classes, or an average of those of more (`APScoreBinary`).
  ///
  /// 0 of a class without items, as in scikit-learn.
  public static func averagePrecision(average: ScoreAverage = .macro) -> Metric {
    ofClasses(name("average_precision_score", average)) { p in
      func score(_ index: Int) -> Double {
        averagePrecisionScore(
          scores: p.scores(ofClass: index), positives: p.targets.map { $0 == index }) ?? 0
      }
      return p.classCount <= 2 ? score(p.classCount - 1) : Metric.average(average, p, score)
    }
  }

  /// Largest sensitivity at a threshold with at least a specificity, for the last class; NaN if only one is present.
  public static func sensitivityAtSpecificity(specificity: Double = 0.95) -> Metric {
    let name = named(
      "sensitivity_at_specificity",
      [("specificity", specificity == 0.95 ? nil : text(specificity))])
    return atThreshold(name) { steps, positives, _ in
      let place = DecisionThreshold.place(steps, specificity: specificity)
      return place.map { Double(steps[$0].truePositives) / positives } ?? 0
    }
  }

  /// Largest specificity at a threshold with at least a sensitivity, for the last class; NaN if only one is present.
  public static func specificityAtSensitivity(sensitivity: Double = 0.95) -> Metric {
    let name = named(
      "specificity_at_sensitivity",
      [("sensitivity", sensitivity == 0.95 ? nil : text(sensitivity))])
    return atThreshold(name) { steps, _, negatives in
      let place = DecisionThreshold.place(steps, sensitivity: sensitivity)
      return place.map { 1 - Double(steps[$0].falsePositives) / negatives } ?? 1
    }
  }

  private static func atThreshold(
    _ name: String,
    _ rate:
      @escaping @Sendable (
        _ steps: [(threshold: Double, truePositives: Int, falsePositives: Int)],
        _ positives: Double, _ negatives: Double
      ) -> Double
  ) -> Metric {
    ofClasses(name) { p in
      let positive = p.classCount - 1
      let steps = cumulativeCounts(
        scores: p.scores(ofClass: positive), positives: p.targets.map { $0 == positive })
      guard let last = steps.last, last.truePositives > 0, last.falsePositives > 0 else {
        return .nan
      }
      return rate(steps, Double(last.truePositives), Double(last.falsePositives))
    }
  }

  private static func name(_ base: String, _ average: ScoreAverage) -> String {
    named(base, [("average", average == .macro ? nil : average.rawValue)])
  }

  static func average(
    _ average: ScoreAverage, _ p: Predictions, _ score: (Int) -> Double
  ) -> Double {
    let support = (0..<p.classCount).map { index in Double(p.targets.count { $0 == index }) }
    let classes = support.indices.filter {
      average != .macroPresent || (support[$0] > 0 && support[$0] < Double(p.count))
    }
    let weights = classes.map { average == .weighted ? support[$0] : 1 }
    return zip(classes, weights).reduce(0) { $0 + score($1.0) * $1.1 } / weights.reduce(0, +)
  }

  private static func areaUnderCurve(_ p: Predictions, positiveClass: Int) -> Double {
    Training.rocAucScore(
      scores: p.scores(ofClass: positiveClass), positives: p.targets.map { $0 == positiveClass })
      ?? .nan
  }
}

extension Predictions {
  /// The probability of a class for each row.
  func scores(ofClass index: Int) -> [Double] { probabilities.map { Double($0[index]) } }
}
