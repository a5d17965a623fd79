import TestSupport
import Testing
import Training

/// Values by scikit-learn 1.9.1 and numpy 2.4.6.
@Suite("Report, curves, calibration and intervals against scikit-learn")
struct ReportFixtureTests {
  private func report(_ p: Predictions) -> ClassificationReport {
    ClassificationReport(
      targets: p.targets, predicted: p.decoded,
      probabilities: p.probabilities.map { $0.map(Double.init) },
      vocab: (0..<p.classCount).map { "\($0)" }, bootstrap: Bootstrap(resamples: 20))
  }

  private func scores(_ p: Predictions, _ index: Int) -> ([Double], [Bool]) {
    (p.probabilities.map { Double($0[index]) }, p.targets.map { $0 == index })
  }

  @Test("every set: averages, F1, average precision, calibration, DeLong")
  func values() throws {
    let sets = try MetricSets()
    var compared: [String: Int] = [:]
    for (name, values) in sets.cases {
      let p = try sets.predictions(name)
      let report = report(p)
      let (positive, labels) = scores(p, p.classCount - 1)
      let confidences = zip(p.probabilities, p.decoded).map { Double($0[$1]) }
      let ece = Calibration(
        confidences: confidences, outcomes: zip(p.decoded, p.targets).map { $0 == $1 })
      for (key, value) in values {
        var found: [Double]?
        switch key {
        // scikit-learn takes 0/0 as 0.
        case "precision_macro_all": found = [report.macroAverage.precision.value ?? .nan]
        case "recall_macro_all": found = [report.macroAverage.recall.value ?? .nan]
        case "f1_macro_all": found = [report.macroAverage.f1.value ?? .nan]
        case "precision_weighted": found = [report.weightedAverage.precision.value ?? .nan]
        case "recall_weighted": found = [report.weightedAverage.recall.value ?? .nan]
        case "f1_weighted": found = [report.weightedAverage.f1.value ?? .nan]
        case "f1_per_class": found = report.classes.map { $0.f1.value ?? 0 }
        case "precision_per_class": found = report.classes.map { $0.precision.value ?? 0 }
        case "recall_per_class": found = report.classes.map { $0.recall.value ?? 0 }
        case "accuracy": found = [report.accuracy.value ?? .nan]
        case "class_counts": found = report.classes.map { Double($0.support) }
        case "roc_auc": found = [report.classes[1].auc.value ?? .nan]
        case "roc_auc_ovr_per_class": found = report.classes.map { $0.auc.value ?? .nan }
        case "roc_auc_ovr_macro": found = [report.macroAverage.auc.value ?? .nan]
        case "average_precision":
          found = [averagePrecisionScore(scores: positive, positives: labels) ?? 0]
        case "average_precision_per_class":
          found = (0..<p.classCount).map {
            averagePrecisionScore(scores: scores(p, $0).0, positives: scores(p, $0).1) ?? 0
          }
        case "ece": found = [ece.expectedError ?? .nan]
        case "mce": found = [ece.maximumError ?? .nan]
        case "ece_bins_index_count_confidence_accuracy": found = rows(ece)
        case "ece_positive":
          found = [Calibration(confidences: positive, outcomes: labels).expectedError ?? .nan]
        case "mce_positive":
          found = [Calibration(confidences: positive, outcomes: labels).maximumError ?? .nan]
        case "ece_positive_bins_index_count_confidence_fraction":
          found = rows(Calibration(confidences: positive, outcomes: labels))
        case "delong":
          guard let expected = value as? [String: Any],
            let delong = DeLong(scores: positive, positives: labels)
          else { continue }
          found = [delong.area, delong.variance ?? .nan]
          expectClose(
            found ?? [], ["auc", "variance"].flatMap { MetricSets.numbers(expected[$0] ?? 0) },
            absolute: 1e-12, "\(name) DeLong")
          if let interval = delong.interval {
            expectClose(
              [interval.low, interval.high],
              ["low", "high"].flatMap { MetricSets.numbers(expected[$0] ?? 0) }, absolute: 1e-12,
              "\(name) DeLong's interval")
            compared["delong", default: 0] += 1
          }
          continue
        default: continue
        }
        guard let found else { continue }
        // The means of calibration bins add up single precision probabilities.
        expectClose(
          found, MetricSets.numbers(value), absolute: key.contains("ce") ? 1e-7 : 1e-12,
          "\(name) \(key)")
        compared[key, default: 0] += 1
      }
    }
    let all = [
      "precision_macro_all", "recall_macro_all", "f1_macro_all", "precision_weighted",
      "recall_weighted", "f1_weighted", "f1_per_class", "precision_per_class",
      "recall_per_class", "accuracy", "class_counts", "ece", "mce",
      "ece_bins_index_count_confidence_accuracy",
    ]
    for key in all { #expect(compared[key] == 16, "\(key): \(compared[key] ?? 0)") }
    let binary = [
      "roc_auc", "average_precision", "ece_positive", "mce_positive",
      "ece_positive_bins_index_count_confidence_fraction",
    ]
    for key in binary { #expect(compared[key] == 10, "\(key): \(compared[key] ?? 0)") }
    for key in ["roc_auc_ovr_per_class", "roc_auc_ovr_macro", "average_precision_per_class"] {
      #expect(compared[key] == 6, "\(key): \(compared[key] ?? 0)")
    }
    #expect((compared["delong"] ?? 0) >= 6)
  }

  /// Index, count, confidence and fraction of the bins that are not empty.
  private func rows(_ calibration: Calibration) -> [Double] {
    calibration.bins.enumerated().flatMap { index, bin in
      bin.count == 0
        ? []
        : [Double(index), Double(bin.count), bin.confidence ?? .nan, bin.fraction.value ?? .nan]
    }
  }

  @Test("the points of every precision–recall curve")
  func precisionRecall() throws {
    let sets = try MetricSets()
    var compared = 0
    for name in sets.cases.keys {
      guard let precision = sets.tensors["\(name)/pr_precision"] else { continue }
      let p = try sets.predictions(name)
      let (positive, labels) = scores(p, 1)
      guard labels.contains(true) else {
        #expect(precisionRecallCurve(scores: positive, positives: labels).isEmpty)
        continue
      }
      let points = precisionRecallCurve(scores: positive, positives: labels)
      expectClose(points.map(\.precision), precision.doubles, absolute: 1e-7, name)
      expectClose(
        points.map(\.recall), try #require(sets.tensors["\(name)/pr_recall"]).doubles,
        absolute: 1e-7, name)
      compared += 1
    }
    #expect(compared >= 7)
  }

  @Test("the areas of the fixture's resamples, and their percentiles")
  func bootstrap() throws {
    let sets = try MetricSets()
    let formula = NumberFormula()
    for name in ["binary_random", "binary_ties"] {
      let p = try sets.predictions(name)
      let (positive, labels) = scores(p, 1)
      let ranked = RankedScores(scores: positive, positives: labels)
      let expected = try #require(sets.cases[name]?["bootstrap"] as? [String: Any])
      var areas: [Double] = []
      for resample in 0..<1000 {
        var weights = [Int](repeating: 0, count: p.count)
        for row in formula.below("bootstrap/\(name)/\(resample)", [p.count], p.count) {
          weights[row] += 1
        }
        if let area = ranked.area(weights: weights) { areas.append(area) }
      }
      expectClose(
        Array(areas.prefix(5)), MetricSets.numbers(expected["first_five"] ?? 0), absolute: 1e-12,
        name)
      let interval = try #require(Bootstrap.percentileInterval(areas))
      expectClose(
        [interval.low, interval.high],
        ["low", "high"].flatMap { MetricSets.numbers(expected[$0] ?? 0) }, absolute: 1e-12, name)
    }
  }

  // scipy 1.17: binomtest(k, n).proportion_ci(method="wilson").
  @Test(
    "Wilson's interval",
    arguments: [
      (0, 10, 0.0, 0.27753279986288926), (10, 10, 0.7224672001371109, 1.0),
      (7, 10, 0.39677814746114526, 0.892208732593699),
      (39, 40, 0.8711863103652591, 0.9955731684973186),
      (1, 3, 0.06149194472039626, 0.7923403991979523),
    ])
  func wilson(_ successes: Int, _ total: Int, _ low: Double, _ high: Double) throws {
    let interval = try #require(ConfidenceInterval.wilson(successes, of: total))
    expectClose([interval.low, interval.high], [low, high], absolute: 1e-14)
    #expect(ConfidenceInterval.wilson(0, of: 0) == nil)
  }

  // classification_report(t, p, labels=[0, 1, 2, 3], zero_division=0, output_dict=True).
  @Test("a class without items and predictions counts as 0 in averages and is not defined itself")
  func absentClass() {
    let report = ClassificationReport(
      targets: [0, 0, 0, 0, 1, 1, 1, 2, 2, 2], predicted: [0, 0, 1, 2, 1, 1, 0, 2, 2, 1],
      vocab: ["a", "b", "c", "d"])
    func values(_ row: ClassificationReport.Row) -> [Double] {
      [row.precision, row.recall, row.f1].map { $0.value ?? -1 }
    }
    expectClose(values(report.classes[0]), [2.0 / 3, 0.5, 4.0 / 7], absolute: 1e-15)
    expectClose(values(report.classes[1]), [0.5, 2.0 / 3, 4.0 / 7], absolute: 1e-15)
    #expect(values(report.classes[3]) == [-1, -1, -1])
    expectClose(
      values(report.macroAverage), [0.45833333333333326, 0.45833333333333326, 0.45238095238095233],
      absolute: 1e-15)
    expectClose(values(report.weightedAverage), [0.6166666666666666, 0.6, 0.6], absolute: 1e-15)
    #expect(report.accuracy.value == 0.6 && report.weightedAverage.support == 10)
    let line = report.description.split(separator: "\n").first { $0.hasPrefix("d ") }
    #expect(line?.split(separator: " ").dropFirst().joined(separator: " ") == "0 – – –")
    #expect(!report.description.contains("nan"))
  }
}
