import DataBlocks
import Files
public import Training

/// The out-of-fold predictions of a cross-validation, pooled: each item was predicted by the model that was not
/// trained on it.
public struct PooledPredictions: Sendable {
  /// A measure of the pooled predictions, and of each fold.
  public struct Measure: Sendable, Equatable, Encodable {
    /// "roc_auc_score" or "accuracy".
    public let name: String
    /// The value on all items, with its interval.
    public let pooled: Estimate
    /// The value of each fold; nil where it is not defined.
    public let folds: [Double?]
  }

  /// The classes.
  public let vocab: [String]
  /// The number of items of each fold.
  public let counts: [Int]
  /// The number of patients; nil if each item is a patient of its own.
  public var patients: Int? { classification.patients }
  /// Precision, recall, F1 and areas on all items.
  public let classification: ClassificationReport
  /// The area under the ROC curve (of the second of two classes, else the mean over all) and the accuracy.
  public let measures: [Measure]
  /// The lines of `predictions.csv` of all folds, in the order of the folds.
  let text: String

  /// Reads the predictions of the folds.
  ///
  /// - Parameters:
  ///   - runs: The folders of the runs, in the order of the folds.
  ///   - bootstrap: The resampling of intervals.
  /// - Throws: `DataError` or `RunQueryError` if a table cannot be read, `SweepError` if classes differ.
  init(ofRuns runs: [String], bootstrap: Bootstrap = Bootstrap()) throws {
    var tables: [StoredPredictions] = []
    var text = ""
    for run in runs {
      let path = "\(run)/\(FoldPredictions.fileName)"
      let table = try StoredPredictions(contentsOf: path)
      guard table.vocab == tables.first?.vocab ?? table.vocab else {
        throw SweepError(.otherClasses(table.vocab, expected: tables[0].vocab), path: path)
      }
      let lines = String(decoding: try readFile(path, limit: 1 << 30), as: UTF8.self)
      let header = lines.prefix { $0 != "\n" }
      text += tables.isEmpty ? lines : String(lines.dropFirst(header.count + 1))
      tables.append(table)
    }
    self.text = text
    let vocab = tables.first?.vocab ?? []
    self.vocab = vocab
    counts = tables.map(\.rows.count)
    let rows = tables.flatMap(\.rows)
    let patients = rows.map(\.patient)
    classification = ClassificationReport(
      targets: rows.map(\.label), predicted: rows.map(\.predicted),
      probabilities: rows.map(\.probabilities), vocab: vocab, patients: patients,
      bootstrap: bootstrap)
    let areas = tables.map { Self.area(Self.rankings($0.rows, vocab), nil) }
    let accuracies = tables.map { table in
      table.rows.isEmpty
        ? nil
        : Double(table.rows.count { $0.label == $0.predicted }) / Double(table.rows.count)
    }
    measures = [
      Measure(
        name: "roc_auc_score", pooled: Self.area(rows, vocab, classification, bootstrap),
        folds: areas),
      Measure(
        name: "accuracy", pooled: Self.accuracy(rows, classification, bootstrap),
        folds: accuracies),
    ]
  }

  /// The accuracy; images of one patient are not independent, so patients are resampled where they have several.
  private static func accuracy(
    _ rows: [StoredPredictions.Row], _ report: ClassificationReport, _ bootstrap: Bootstrap
  ) -> Estimate {
    guard report.patients != nil else { return report.accuracy }
    let right = rows.map { $0.label == $0.predicted }
    let interval = bootstrap.intervals(clusters: Bootstrap.clusters(by: rows.map(\.patient))) {
      weights in
      let total = weights.reduce(0, +)
      let hits = zip(right, weights).reduce(0) { $0 + ($1.0 ? $1.1 : 0) }
      return [total > 0 ? Double(hits) / Double(total) : nil]
    }[0]
    return Estimate(report.accuracy.value, interval)
  }

  /// The area under the ROC curve: DeLong's interval for two classes if each item is a patient of its own, else a
  /// bootstrap.
  private static func area(
    _ rows: [StoredPredictions.Row], _ vocab: [String], _ report: ClassificationReport,
    _ bootstrap: Bootstrap
  ) -> Estimate {
    if vocab.count == 2, report.patients == nil { return report.classes[1].auc }
    let rankings = rankings(rows, vocab)
    let interval = bootstrap.intervals(clusters: Bootstrap.clusters(by: rows.map(\.patient))) {
      [area(rankings, $0)]
    }[0]
    return Estimate(area(rankings, nil), interval)
  }

  /// The scores of the second of two classes, else of each class against the rest.
  private static func rankings(
    _ rows: [StoredPredictions.Row], _ vocab: [String]
  ) -> [RankedScores] {
    (vocab.count == 2 ? [1] : Array(vocab.indices)).map { place in
      RankedScores(
        scores: rows.map { $0.probabilities[place] }, positives: rows.map { $0.label == place })
    }
  }

  /// The mean area; nil if one is not defined.
  private static func area(_ rankings: [RankedScores], _ weights: [Int]?) -> Double? {
    let areas = rankings.compactMap { $0.area(weights: weights) }
    guard !areas.isEmpty, areas.count == rankings.count else { return nil }
    return areas.reduce(0, +) / Double(areas.count)
  }

  /// How the intervals were computed, in words.
  public var method: String {
    guard let patients else {
      return
        "95 % intervals: \(vocab.count == 2 ? "DeLong" : "bootstrap of the images") for the AUC, Wilson for "
        + "proportions, bootstrap of the images for F1 and averages"
    }
    return
      "95 % intervals: bootstrap of the \(patients) patients for AUC, accuracy, F1 and averages, Wilson for "
      + "recall and precision (images taken as independent)"
  }
}
