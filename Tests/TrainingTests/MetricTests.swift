import TestSupport
import Testing
import Training

@Suite("Metrics against scikit-learn")
struct MetricTests {
  /// Values of the file that are not metrics, that `ReportFixtureTests` compares, or that this package does not
  /// compute.
  static let leftOut: Set<String> = [
    "n", "classes", "class_counts", "scikit_learn_raw", "fastai",  // not metrics
    "balanced_accuracy", "precision_micro", "precision_macro", "precision_macro_all",
    "precision_weighted", "recall_micro", "recall_macro", "recall_macro_all", "recall_weighted",
    "f1_micro", "f1_macro", "f1_macro_all", "f1_weighted", "f1_per_class", "f1_binary",
    "f2_binary", "cohen_kappa", "cohen_kappa_linear", "cohen_kappa_quadratic", "mcc", "ece", "mce",
    "ece_bins_index_count_confidence_accuracy", "average_precision", "brier", "brier_half",
    "log_loss", "ece_positive", "mce_positive",
    "ece_positive_bins_index_count_confidence_fraction", "sensitivity_at_95_specificity",
    "sensitivity_at_95_specificity_threshold", "specificity_at_95_sensitivity",
    "specificity_at_95_sensitivity_threshold", "delong", "bootstrap",
    "roc_auc_ovr_macro_present", "roc_auc_ovr_weighted", "average_precision_per_class",
    "average_precision_macro", "top_k",
  ]

  @Test("every set: accuracy, error rate, areas, confusion matrix, recall, precision")
  func metrics() throws {
    let sets = try MetricSets()
    #expect(sets.cases.count == 16)
    var compared: [String: Int] = [:]
    for (name, values) in sets.cases {
      let p = try sets.predictions(name)
      let classes = 0..<p.classCount
      let matrix = ConfusionMatrix(
        targets: p.targets, predictions: p.decoded, classCount: p.classCount)
      for (key, value) in values where !Self.leftOut.contains(key) {
        let found: [Double]
        switch key {
        case "accuracy": found = [Metric.accuracy.value(p)]
        case "error_rate": found = [Metric.errorRate.value(p)]
        case "confusion_matrix": found = matrix.counts.joined().map(Double.init)
        // scikit-learn returns 0 where the denominator is 0.
        case "recall_per_class": found = classes.map { matrix.recall(of: $0) ?? 0 }
        case "precision_per_class": found = classes.map { matrix.precision(of: $0) ?? 0 }
        case "recall_binary": found = [matrix.recall(of: 1) ?? 0]
        case "precision_binary": found = [matrix.precision(of: 1) ?? 0]
        case "specificity": found = [matrix.recall(of: 0) ?? .nan]
        case "roc_auc":
          found = [Metric.rocAucBinary.value(p)]
          expectClose([Metric.rocAuc.value(p)], found, "\(name): two classes")
        case "roc_auc_ovr_macro": found = [Metric.rocAuc.value(p)]
        case "roc_auc_ovr_per_class":
          found = classes.map { number in
            rocAucScore(
              scores: p.probabilities.map { Double($0[number]) },
              positives: p.targets.map { $0 == number }) ?? .nan
          }
        default:
          Issue.record("\(name) has \(key), which is neither compared nor left out")
          continue
        }
        expectClose(found, MetricSets.numbers(value), absolute: 1e-12, "\(name) \(key)")
        compared[key, default: 0] += found.count
      }
    }
    #expect(
      compared == [
        "accuracy": 16, "error_rate": 16, "confusion_matrix": 250, "recall_per_class": 50,
        "precision_per_class": 50, "recall_binary": 10, "precision_binary": 10, "specificity": 10,
        "roc_auc": 10, "roc_auc_ovr_macro": 6, "roc_auc_ovr_per_class": 30,
      ])
    #expect(Metric.rocAuc.name == "roc_auc_score" && Metric.rocAucBinary.name == "roc_auc_score")
  }

  @Test("the points of every ROC curve")
  func curves() throws {
    let sets = try MetricSets()
    var compared = 0
    for name in sets.cases.keys {
      guard let rates = sets.tensors["\(name)/roc_fpr"] else { continue }
      let p = try sets.predictions(name)
      let points = rocCurve(
        scores: p.probabilities.map { Double($0[1]) }, positives: p.targets.map { $0 == 1 })
      expectClose(points.map(\.falsePositiveRate), rates.doubles, absolute: 1e-7, "\(name) fpr")
      expectClose(
        points.map(\.truePositiveRate), try #require(sets.tensors["\(name)/roc_tpr"]).doubles,
        absolute: 1e-7, "\(name) tpr")
      expectClose(
        points.map(\.threshold), try #require(sets.tensors["\(name)/roc_thresholds"]).doubles,
        "\(name) thresholds")
      compared += 1
    }
    // Sets with one class have no curve.
    #expect(compared == 7)
  }

  @Test("rows of the confusion matrix are targets; empty rows and columns have no rate")
  func confusionMatrix() {
    let matrix = ConfusionMatrix(
      targets: [0, 0, 1, 1, 1], predictions: [0, 1, 1, 1, 1], classCount: 3)
    #expect(matrix.counts == [[1, 1, 0], [0, 3, 0], [0, 0, 0]])
    #expect(matrix.recall(of: 0) == 0.5 && matrix.precision(of: 0) == 1)
    #expect(matrix.recall(of: 1) == 1 && matrix.precision(of: 1) == 0.75)
    #expect(matrix.recall(of: 2) == nil && matrix.precision(of: 2) == nil)
  }
}
