import Tensors
import TestSupport
import Testing
import Training

@Suite("Metrics against scikit-learn")
struct MetricTests {
  /// Values of the file that are not metrics.
  static let leftOut: Set<String> = [
    "n", "classes", "class_counts",  // facts of the set
    "scikit_learn_raw",  // what scikit-learn says where the definitions of the file differ
    "fastai",  // compared by `fastai()`
    // Tables, compared by `ReportFixtureTests`.
    "ece_bins_index_count_confidence_accuracy",
    "ece_positive_bins_index_count_confidence_fraction", "delong", "bootstrap",
    // Compared by `thresholds()`.
    "sensitivity_at_95_specificity_threshold", "specificity_at_95_sensitivity_threshold",
  ]

  /// The name of the metric of each value of the file that is one number.
  static let names: [String: String] = [
    "accuracy": "accuracy", "error_rate": "error_rate",
    "balanced_accuracy": "balanced_accuracy_score", "mcc": "matthews_corrcoef",
    "precision_micro": "precision_score(average: micro)",
    "precision_macro": "precision_score(average: macro)",
    "precision_macro_all": "precision_score(average: macro_all)",
    "precision_weighted": "precision_score(average: weighted)",
    "precision_binary": "precision_score(average: binary)",
    "recall_micro": "recall_score(average: micro)",
    "recall_macro": "recall_score(average: macro)",
    "recall_macro_all": "recall_score(average: macro_all)",
    "recall_weighted": "recall_score(average: weighted)",
    "recall_binary": "recall_score(average: binary)",
    "f1_micro": "f1_score(average: micro)", "f1_macro": "f1_score(average: macro)",
    "f1_macro_all": "f1_score(average: macro_all)",
    "f1_weighted": "f1_score(average: weighted)", "f1_binary": "f1_score(average: binary)",
    "f2_binary": "fbeta_score(beta: 2, average: binary)", "specificity": "specificity",
    "cohen_kappa": "cohen_kappa_score", "cohen_kappa_linear": "cohen_kappa_score(weights: linear)",
    "cohen_kappa_quadratic": "cohen_kappa_score(weights: quadratic)",
    "roc_auc": "roc_auc_score", "roc_auc_ovr_macro": "roc_auc_score",
    "roc_auc_ovr_macro_present": "roc_auc_score(average: macro_present)",
    "roc_auc_ovr_weighted": "roc_auc_score(average: weighted)",
    "average_precision": "average_precision_score",
    "average_precision_macro": "average_precision_score(average: macro)",
    "brier": "brier_score_loss", "brier_half": "brier_score_loss(scale_by_half: true)",
    "log_loss": "log_loss", "ece": "expected_calibration_error",
    "mce": "maximum_calibration_error", "ece_positive": "expected_calibration_error(of: positive)",
    "mce_positive": "maximum_calibration_error(of: positive)",
    "sensitivity_at_95_specificity": "sensitivity_at_specificity(specificity: 0.95)",
    "specificity_at_95_sensitivity": "specificity_at_sensitivity(sensitivity: 0.95)",
  ]

  @Test("every value of every set, by the metric's name")
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
        if let metric = Self.names[key] {
          found = [try Metric.named(metric).value(p)]
          // The means of calibration bins add up single precision probabilities.
          expectClose(
            found, MetricSets.numbers(value), absolute: key.contains("ce") ? 1e-7 : 1e-12,
            "\(name) \(key)")
          compared[key, default: 0] += 1
          continue
        }
        switch key {
        case "confusion_matrix": found = matrix.counts.joined().map(Double.init)
        // scikit-learn returns 0 where the denominator is 0.
        case "recall_per_class": found = classes.map { matrix.recall(of: $0) ?? 0 }
        case "precision_per_class": found = classes.map { matrix.precision(of: $0) ?? 0 }
        case "f1_per_class":
          found = classes.map {
            let (a, b) = (matrix.recall(of: $0) ?? 0, matrix.precision(of: $0) ?? 0)
            return a + b > 0 ? 2 * a * b / (a + b) : 0
          }
        case "roc_auc_ovr_per_class", "average_precision_per_class":
          found = classes.map { number in
            let scores = p.probabilities.map { Double($0[number]) }
            let positives = p.targets.map { $0 == number }
            return key == "roc_auc_ovr_per_class"
              ? rocAucScore(scores: scores, positives: positives) ?? .nan
              : averagePrecisionScore(scores: scores, positives: positives) ?? 0
          }
        case "top_k":
          let table = try #require(value as? [String: Any])
          for (k, expected) in table {
            let value = Metric.topKAccuracy(k: try #require(Int(k))).value(p)
            // Ties at the border leave a range.
            if let range = expected as? [String: Any] {
              let ends = ["from", "to"].flatMap { MetricSets.numbers(range[$0] ?? 0) }
              #expect(ends[0] <= value && value <= ends[1], "\(name) top \(k)")
            } else {
              expectClose(
                [value], MetricSets.numbers(expected), absolute: 1e-12, "\(name) top \(k)")
            }
            compared["top_k", default: 0] += 1
          }
          continue
        default:
          Issue.record("\(name) has \(key), which is neither compared nor left out")
          continue
        }
        expectClose(found, MetricSets.numbers(value), absolute: 1e-12, "\(name) \(key)")
        compared[key, default: 0] += found.count
      }
    }
    let inAll = [
      "accuracy", "error_rate", "balanced_accuracy", "precision_micro", "precision_macro",
      "precision_macro_all", "precision_weighted", "recall_micro", "recall_macro",
      "recall_macro_all", "recall_weighted", "f1_micro", "f1_macro", "f1_macro_all", "f1_weighted",
      "cohen_kappa", "cohen_kappa_linear", "cohen_kappa_quadratic", "mcc", "ece", "mce", "brier",
      "log_loss",
    ]
    for key in inAll { #expect(compared[key] == 16, "\(key): \(compared[key] ?? 0)") }
    let inBinary = [
      "recall_binary", "precision_binary", "f1_binary", "f2_binary", "specificity", "roc_auc",
      "average_precision", "ece_positive", "mce_positive", "sensitivity_at_95_specificity",
      "specificity_at_95_sensitivity",
    ]
    for key in inBinary { #expect(compared[key] == 10, "\(key): \(compared[key] ?? 0)") }
    let inMulti = [
      "roc_auc_ovr_macro", "roc_auc_ovr_macro_present", "roc_auc_ovr_weighted",
      "average_precision_macro", "brier_half",
    ]
    for key in inMulti { #expect(compared[key] == 6, "\(key): \(compared[key] ?? 0)") }
    #expect(
      compared["confusion_matrix"] == 250 && compared["recall_per_class"] == 50
        && compared["precision_per_class"] == 50 && compared["f1_per_class"] == 50
        && compared["roc_auc_ovr_per_class"] == 30
        && compared["average_precision_per_class"] == 30)
    #expect((compared["top_k"] ?? 0) >= 18)
    #expect(compared.count == inAll.count + inBinary.count + inMulti.count + 7)
  }

  @Test("values of fastai's own metric objects")
  func fastai() throws {
    let sets = try MetricSets()
    let names = [
      "accuracy": "accuracy", "error_rate": "error_rate", "Precision_binary": "precision_score",
      "Precision_macro": "precision_score", "Recall_binary": "recall_score",
      "Recall_macro": "recall_score", "F1Score_binary": "f1_score", "F1Score_macro": "f1_score",
      "BalancedAccuracy": "balanced_accuracy_score", "CohenKappa": "cohen_kappa_score",
      "MatthewsCorrCoef": "matthews_corrcoef", "RocAucBinary": "roc_auc_score",
      "APScoreBinary": "average_precision_score", "RocAuc_ovr_macro": "roc_auc_score",
      "top_k_accuracy_2": "top_k_accuracy(k: 2)",
    ]
    var compared = 0
    for (name, values) in sets.cases {
      let p = try sets.predictions(name)
      for (key, value) in try #require(values["fastai"] as? [String: Any]) {
        // Its BrierScore takes decided classes instead of probabilities: not copied.
        if ["batch_sizes", "BrierScore_of_hard_predictions"].contains(key) { continue }
        let metric = try Metric.named(try #require(names[key], "\(key)"))
        if let text = value as? String, text != "nan" {
          // fastai raises where a class is absent.
          #expect(text.hasPrefix("raises") && metric.value(p).isNaN, "\(name) \(key)")
        } else {
          // fastai's averages of batches are single precision, and its softmax breaks ties of a set that has many.
          expectClose(
            [metric.value(p)], MetricSets.numbers(value),
            absolute: name == "multi_ties" && key.hasPrefix("RocAuc") ? 1e-3 : 1e-6,
            "\(name) \(key)")
        }
        compared += 1
      }
    }
    #expect(compared > 150)
  }

  @Test("thresholds of sensitivity at a specificity and the reverse decide as the reference's")
  func thresholds() throws {
    let sets = try MetricSets()
    var compared = 0
    for (name, values) in sets.cases {
      let p = try sets.predictions(name)
      guard p.classCount == 2 else { continue }
      let scores = p.probabilities.map { Double($0[1]) }
      let positives = p.targets.map { $0 == 1 }
      for (key, criterion) in [
        ("sensitivity_at_95_specificity", DecisionCriterion.specificity(atLeast: 0.95)),
        ("specificity_at_95_sensitivity", .sensitivity(atLeast: 0.95)),
      ] {
        let value = try #require(values["\(key)_threshold"])
        let wanted = MetricSets.numbers(value).first ?? .infinity  // "inf": nothing is positive.
        let found = DecisionThreshold(scores: scores, positives: positives, by: criterion)
        guard !wanted.isNaN else {
          #expect(found == nil, "\(name)")
          continue
        }
        let threshold = try #require(found)
        #expect(
          scores.map { $0 >= threshold.threshold } == scores.map { $0 >= wanted - 1e-12 },
          "\(name) \(key)")
        compared += 1
      }
    }
    #expect(compared == 14)
  }

  /// fastai 2.8, docs of its metrics; F2 and Jaccard by scikit-learn.
  @Test("a worked example with probabilities of the softmax")
  func example() throws {
    let logits: [[Float]] = [[2, 1], [0.5, 0.7], [0.1, 1.5], [1.2, 1], [0.3, 0.2]]
    let p = Predictions(
      outputs: logits,
      probabilities: logits.map { Tensor($0, shape: [1, 2]).softmax(axis: -1).floatScalars },
      targets: [0, 1, 1, 1, 0])
    for (name, value) in [
      ("accuracy", 0.8), ("roc_auc_score", 0.833333), ("average_precision_score", 0.916667),
      ("f1_score", 0.8), ("precision_score", 1), ("recall_score", 0.666667),
      ("balanced_accuracy_score", 0.833333), ("cohen_kappa_score", 0.615385),
      ("matthews_corrcoef", 0.666667), ("fbeta_score(beta: 2)", 0.714286),
      ("jaccard_score", 0.666667), ("log_loss", 0.5148708),
    ] {
      expectClose([try Metric.named(name).value(p)], [value], absolute: 5e-7, name)
    }
  }

  // numpy 2.4, from the definitions.
  @Test("labels that do not exclude each other")
  func multiLabel() throws {
    let p = Predictions(
      outputs: [[1, 0, 0], [0, 1, 0], [1, 1, 0], [0, 0, 1], [1, 0, 0]],
      probabilities: [
        [0.9, 0.2, 0.5], [0.4, 0.8, 0.1], [0.7, 0.6, 0.3], [0.1, 0.5, 0.95], [0.6, 0.3, 0.2],
      ], targets: [],
      targetValues: [[1, 0, 1], [0, 1, 0], [0, 1, 1], [0, 0, 1], [1, 1, 0]],
      lossFunction: .bceWithLogits())
    for (name, value) in [
      ("accuracy_multi", 0.7333333333333333), ("hamming_loss_multi", 0.26666666666666666),
      ("f1_score_multi", 0.7555555555555555), ("f1_score_multi(average: micro)", 0.75),
      ("f1_score_multi(average: weighted)", 0.75),
      ("f1_score_multi(average: samples)", 0.7666666666666666),
      ("precision_score_multi", 0.7777777777777777), ("recall_score_multi", 0.7777777777777777),
      ("jaccard_score_multi", 0.611111111111111), ("roc_auc_score_multi", 0.888888888888889),
      ("average_precision_score_multi", 0.9166666666666666),
    ] {
      expectClose([try Metric.named(name).value(p)], [value], absolute: 1e-12, name)
    }
    #expect(p.decodedLabels[0] == [true, false, false])
    // Metrics of one class per item have no value.
    #expect(Metric.accuracy.value(p).isNaN && Metric.rocAuc.value(p).isNaN)
  }

  // numpy 2.4, from the definitions.
  @Test("numbers")
  func regression() throws {
    let x: [[Float]] = [[1.5], [2], [-1], [4.25]]
    let p = Predictions(
      outputs: x, probabilities: x, targets: [], targetValues: [[1], [2.5], [-0.5], [4]],
      lossFunction: .mse())
    for (name, value) in [
      ("mse", 0.203125), ("mae", 0.4375), ("rmse", 0.203125.squareRoot()),
      ("r2_score", 0.9277777777777778), ("explained_variance_score", 0.9291666666666667),
      ("pearsonr", 0.9738442457802385),
    ] {
      expectClose([try Metric.named(name).value(p)], [value], absolute: 1e-12, name)
    }
  }

  @Test("NaN gives NaN, and so do no items and targets of another kind; nothing traps")
  func notDefined() throws {
    let rows: [[Float]] = [[.nan, .nan], [0.5, 0.5]]
    let classes = Predictions(outputs: rows, probabilities: rows, targets: [0, 1])
    let values = Predictions(
      outputs: rows, probabilities: rows, targets: [], targetValues: [[0, 1], [1, 0]])
    let empty = Predictions(outputs: [], probabilities: [], targets: [])
    let unlabeled = Predictions(outputs: [[1, 2]], probabilities: [[0.3, 0.7]], targets: [])
    let outside = Predictions(outputs: [[1, 2]], probabilities: [[0.3, 0.7]], targets: [2])
    let one = Predictions(outputs: [[1]], probabilities: [[7]], targets: [1])
    for name in Metric.names {
      let metric = try Metric.named(name)
      #expect(metric.name == name)
      for p in [classes, values, empty, unlabeled, outside] {
        #expect(metric.value(p).isNaN, "\(name)")
      }
      _ = metric.value(one)
    }
  }

  @Test("one output counts as the second of two classes")
  func oneOutput() throws {
    let p = Predictions(
      outputs: [[2], [-1], [0.5], [-2]], probabilities: [[0.88], [0.27], [0.62], [0.12]],
      targets: [1, 0, 0, 1], lossFunction: .bceWithLogits())
    #expect(p.decoded == [1, 0, 1, 0])
    #expect(Metric.accuracy.value(p) == 0.5 && Metric.rocAuc.value(p) == 0.5)
    #expect(abs(Metric.brier().value(p) - (0.0144 + 0.0729 + 0.3844 + 0.7744) / 4) < 1e-7)
  }

  @Test("names with arguments: round trip, positions, and errors with the nearest name")
  func names() throws {
    for text in [
      "top_k_accuracy(k: 3)", "fbeta_score(beta: 0.5, average: macro)",
      "cohen_kappa_score(weights: linear)", "f1_score_multi(threshold: 0.25)",
      "expected_calibration_error(bins: 10, of: positive)",
      "brier_score_loss(scale_by_half: true)", "sensitivity_at_specificity(specificity: 0.9)",
    ] {
      #expect(try Metric.named(text).name == text)
    }
    #expect(try Metric.named(" top_k_accuracy( k=3 ) ").name == "top_k_accuracy(k: 3)")
    #expect(try Metric.named("top_k_accuracy(3)").name == "top_k_accuracy(k: 3)")
    #expect(try Metric.named("f1_score(average='micro')").name == "f1_score(average: micro)")
    #expect(try Metric.named("accuracy()").name == "accuracy")
    for (text, part) in [
      ("acuracy", "did you mean accuracy?"), ("f1score", "did you mean f1_score?"),
      ("", "choose from"), ("accuracy(k: 2)", "takes none"),
      ("top_k_accuracy(n: 2)", "no argument \"n\""), ("top_k_accuracy(k: 0)", "whole number"),
      ("top_k_accuracy(k: 1e99)", "whole number"), ("top_k_accuracy(k: 2", "not the name of"),
      ("top_k_accuracy(k: 2, k: 3)", "twice"), ("top_k_accuracy(k:)", "not the name of"),
      ("f1_score(average: mean)", "one of automatic"), ("fbeta_score(beta: nan)", "positive"),
      ("sensitivity_at_specificity(1.5)", "from 0 to 1"), ("accuracy) (", "there is no metric"),
    ] {
      do {
        _ = try Metric.named(text)
        Issue.record("\(text) is a metric")
      } catch { #expect("\(error)".contains(part), "\(text): \(error)") }
    }
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

  @Test("metrics that are not from 0 to 1 are known")
  func shares() {
    #expect(
      Metric.names.filter { !Metric.isShare($0) } == [
        "brier_score_loss", "cohen_kappa_score", "explained_variance_score", "log_loss", "mae",
        "matthews_corrcoef", "mse", "pearsonr", "r2_score", "rmse",
      ])
    #expect(Metric.isShare("f1_score(average: macro)") && !Metric.isShare("valid_loss"))
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
