extension Metric {
  /// The names of all built-in metrics, sorted.
  public static var names: [String] { entries.keys.sorted() }

  /// The arguments of a built-in metric, in order; nil if there is none of this name.
  public static func arguments(of name: String) -> [String]? { entries[name]?.arguments }

  /// Makes a built-in metric from its name and arguments: "accuracy", "top_k_accuracy(k: 3)", "f1_score(average: macro)".
  ///
  /// `Metric.named(metric.name)` is the same metric again.
  ///
  /// - Parameter text: A name of `names`; arguments in parentheses, with ":" or "=", or without names in their order.
  /// - Returns: The metric.
  /// - Throws: `MetricError` with the nearest name, or with what an argument may be.
  public static func named(_ text: String) throws(MetricError) -> Metric {
    let arguments = try MetricArguments(text) { name throws(MetricError) in
      guard let entry = entries[name] else {
        throw MetricError(reason: .unknownName(name, known: names), text: text)
      }
      return entry.arguments
    }
    guard let entry = entries[arguments.name] else {
      throw MetricError(reason: .unknownName(arguments.name, known: names), text: text)
    }
    return try entry.make(arguments)
  }

  /// Whether a built-in metric is of items with one class each.
  package static func isOfClasses(_ name: String) -> Bool {
    classEntries[String(name.prefix { $0 != "(" })] != nil
  }

  /// Whether a built-in metric is from 0 to 1.
  package static func isShare(_ name: String) -> Bool {
    let base = String(name.prefix { $0 != "(" })
    let others = ["log_loss", "cohen_kappa_score", "matthews_corrcoef", "brier_score_loss"]
    return (classEntries[base] != nil || base.hasSuffix("_multi")) && !others.contains(base)
      && !base.hasPrefix("matthews") && !base.hasPrefix("brier")
  }

  private struct Entry: Sendable {
    let arguments: [String]
    let make: @Sendable (MetricArguments) throws(MetricError) -> Metric

    init(_ metric: Metric) {
      arguments = []
      make = { _ throws(MetricError) in metric }
    }

    init(
      _ arguments: [String],
      _ make: @escaping @Sendable (MetricArguments) throws(MetricError) -> Metric
    ) {
      self.arguments = arguments
      self.make = make
    }
  }

  private static let entries: [String: Entry] = classEntries.merging(valueEntries) { a, _ in a }

  private static let classEntries: [String: Entry] = [
    "accuracy": Entry(accuracy),
    "error_rate": Entry(errorRate),
    "top_k_accuracy": Entry(["k"]) { a throws(MetricError) in topKAccuracy(k: try a.count("k", 5))
    },
    "precision_score": Entry(["average"]) { a throws(MetricError) in
      precision(average: try a.choice("average", .automatic))
    },
    "recall_score": Entry(["average"]) { a throws(MetricError) in
      recall(average: try a.choice("average", .automatic))
    },
    "f1_score": Entry(["average"]) { a throws(MetricError) in
      f1Score(average: try a.choice("average", .automatic))
    },
    "fbeta_score": Entry(["beta", "average"]) { a throws(MetricError) in
      fBeta(beta: try a.positive("beta", 2), average: try a.choice("average", .automatic))
    },
    "jaccard_score": Entry(["average"]) { a throws(MetricError) in
      jaccard(average: try a.choice("average", .automatic))
    },
    "specificity": Entry(specificity),
    "balanced_accuracy_score": Entry(balancedAccuracy),
    "hamming_loss": Entry(hammingLoss),
    "cohen_kappa_score": Entry(["weights"]) { a throws(MetricError) in
      cohenKappa(weights: try a.choice("weights", .none))
    },
    "matthews_corrcoef": Entry(matthewsCorrCoef),
    "roc_auc_score": Entry(["average"]) { a throws(MetricError) in
      rocAucScore(average: try a.choice("average", .macro))
    },
    "average_precision_score": Entry(["average"]) { a throws(MetricError) in
      averagePrecision(average: try a.choice("average", .macro))
    },
    "sensitivity_at_specificity": Entry(["specificity"]) { a throws(MetricError) in
      sensitivityAtSpecificity(specificity: try a.fraction("specificity", 0.95))
    },
    "specificity_at_sensitivity": Entry(["sensitivity"]) { a throws(MetricError) in
      specificityAtSensitivity(sensitivity: try a.fraction("sensitivity", 0.95))
    },
    "brier_score_loss": Entry(["scale_by_half"]) { a throws(MetricError) in
      brier(halvesSum: try a.flag("scale_by_half"))
    },
    "log_loss": Entry(logLoss),
    "expected_calibration_error": Entry(["bins", "of"]) { a throws(MetricError) in
      expectedCalibrationError(
        bins: try a.count("bins", 15), of: try a.choice("of", .confidence))
    },
    "maximum_calibration_error": Entry(["bins", "of"]) { a throws(MetricError) in
      maximumCalibrationError(bins: try a.count("bins", 15), of: try a.choice("of", .confidence))
    },
  ]

  private static let valueEntries: [String: Entry] = [
    "accuracy_multi": Entry(["threshold"]) { a throws(MetricError) in
      accuracyMulti(threshold: Float(try a.fraction("threshold", 0.5)))
    },
    "hamming_loss_multi": Entry(["threshold"]) { a throws(MetricError) in
      hammingLossMulti(threshold: Float(try a.fraction("threshold", 0.5)))
    },
    "f1_score_multi": Entry(["threshold", "average"]) { a throws(MetricError) in
      f1ScoreMulti(
        threshold: Float(try a.fraction("threshold", 0.5)), average: try a.choice("average", .macro)
      )
    },
    "fbeta_score_multi": Entry(["beta", "threshold", "average"]) { a throws(MetricError) in
      fBetaMulti(
        beta: try a.positive("beta", 2), threshold: Float(try a.fraction("threshold", 0.5)),
        average: try a.choice("average", .macro))
    },
    "precision_score_multi": Entry(["threshold", "average"]) { a throws(MetricError) in
      precisionMulti(
        threshold: Float(try a.fraction("threshold", 0.5)), average: try a.choice("average", .macro)
      )
    },
    "recall_score_multi": Entry(["threshold", "average"]) { a throws(MetricError) in
      recallMulti(
        threshold: Float(try a.fraction("threshold", 0.5)), average: try a.choice("average", .macro)
      )
    },
    "jaccard_score_multi": Entry(["threshold", "average"]) { a throws(MetricError) in
      jaccardMulti(
        threshold: Float(try a.fraction("threshold", 0.5)), average: try a.choice("average", .macro)
      )
    },
    "roc_auc_score_multi": Entry(["average"]) { a throws(MetricError) in
      rocAucMulti(average: try a.choice("average", .macro))
    },
    "average_precision_score_multi": Entry(["average"]) { a throws(MetricError) in
      averagePrecisionMulti(average: try a.choice("average", .macro))
    },
    "mse": Entry(mse), "mae": Entry(mae), "rmse": Entry(rmse), "r2_score": Entry(r2Score),
    "explained_variance_score": Entry(explainedVariance), "pearsonr": Entry(pearsonCorrCoef),
  ]
}
