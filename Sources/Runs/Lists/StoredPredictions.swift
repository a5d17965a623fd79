import DataBlocks
import Files
import Foundation
package import Training

/// A table of predictions in a run's folder, as `Predictions.writeCSV` writes it.
package struct StoredPredictions: Sendable {
  /// The file.
  package let path: String
  /// The names of the classes.
  package let vocab: [String]
  /// The items, in the order of the rows.
  let rows: [Row]

  struct Row: Sendable {
    /// The file; repeated names, as of the frames of one file, are numbered.
    let item: String
    let label: Int
    let predicted: Int
    let probabilities: [Double]
    /// The patient, if the table names it.
    let patient: String?
  }

  /// The tables of a run, by name: `predictions*.csv` in its folder and in `predictions/`.
  package static func files(ofRun path: String) -> [String] {
    func names(_ folder: String) -> [String] {
      ((try? FileManager.default.contentsOfDirectory(atPath: "\(path)/\(folder)")) ?? [])
        .filter { $0.hasSuffix(".csv") }
    }
    let own = names("").filter { $0.hasPrefix("predictions") }
    return (own + names("predictions").map { "predictions/\($0)" }).sorted()
  }

  /// Reads a table; rows without a label or with a label outside of the classes are left out.
  ///
  /// - Throws: `DataError`, or `RunQueryError` naming a column that is missing.
  package init(contentsOf path: String) throws {
    let table = try CSVTable(contentsOf: path)
    self.path = path
    let classes = table.columns.enumerated().filter { $1.hasPrefix("p(") && $1.hasSuffix(")") }
    vocab = classes.map { String($0.element.dropFirst(2).dropLast()) }
    for name in ["file", "label"] where !table.columns.contains(name) {
      throw RunQueryError(.notPredictions(path: path, missing: name))
    }
    guard vocab.count > 1 else {
      throw RunQueryError(.notPredictions(path: path, missing: "p(CLASS)"))
    }
    let places = Dictionary(vocab.enumerated().map { ($1, $0) }, uniquingKeysWith: { a, _ in a })
    var counts: [String: Int] = [:]
    rows = table.rows.compactMap { row in
      let probabilities = classes.map { Double(row[$0.offset]) ?? .nan }
      guard let name = row["file"], let label = row["label"].flatMap({ places[$0] }),
        probabilities.allSatisfy(\.isFinite)
      else { return nil }
      counts[name, default: 0] += 1
      let number = counts[name].map { $0 > 1 ? "\0\($0)" : "" } ?? ""
      let largest = probabilities.indices.max { probabilities[$0] < probabilities[$1] } ?? 0
      let patient = row["patient"].flatMap { $0.isEmpty ? nil : $0 }
      return Row(
        item: name + number, label: label,
        predicted: row["predicted"].flatMap { places[$0] } ?? largest,
        probabilities: probabilities, patient: patient)
    }
  }
}

/// Two models' results on the same items, and the difference with its interval.
///
/// The interval of a ROC AUC of two classes is DeLong's if no patients are known; others come from a bootstrap of
/// the items, or of the patients if they are known.
package struct StoredComparison: Sendable, Equatable, Encodable {
  /// A result of both.
  package struct Result: Sendable, Equatable, Encodable {
    /// The metric.
    package let name: String
    /// The value of the first model; nil if it is not defined.
    package let first: Double?
    /// The value of the second model.
    package let second: Double?
    /// The second minus the first.
    package let difference: Estimate
    /// Two-sided, of equal values; nil if it is not known.
    package let pValue: Double?
  }

  /// The name of the table in the folders of both runs.
  package let table: String
  /// Number of items that both predicted, with one label.
  package let count: Int
  /// Number of items that only one of them has, or with different labels.
  package let unpaired: Int
  /// Number of patients; nil if the tables do not name them.
  package let patients: Int?
  /// The results.
  package let results: [Result]

  /// Compares two tables; nil if they have no items in common, or different classes.
  package init?(
    table: String, _ first: StoredPredictions, _ second: StoredPredictions,
    bootstrap: Bootstrap = Bootstrap()
  ) {
    guard first.vocab == second.vocab else { return nil }
    let known = Dictionary(
      second.rows.map { ($0.item, $0) }, uniquingKeysWith: { a, _ in a })
    let pairs = first.rows.compactMap { row in
      known[row.item].flatMap { $0.label == row.label ? (row, $0) : nil }
    }
    guard !pairs.isEmpty else { return nil }
    self.table = table
    count = pairs.count
    unpaired = first.rows.count + second.rows.count - 2 * pairs.count
    let names = pairs.map { $0.0.patient ?? $0.1.patient }
    let hasPatients = names.contains { $0 != nil }
    let clusters = Bootstrap.clusters(by: names)
    patients = hasPatients ? (clusters.max() ?? -1) + 1 : nil

    let right = pairs.map { ($0.0.predicted == $0.0.label, $0.1.predicted == $0.1.label) }
    let gains = right.map { ($0.1 ? 1 : 0) - ($0.0 ? 1 : 0) }
    let classes = first.vocab.count
    // With two classes the second one is the positive one, as in the metric.
    let areas = (classes == 2 ? [1] : Array(0..<classes)).map { place in
      let positives = pairs.map { $0.0.label == place }
      return (
        RankedScores(scores: pairs.map { $0.0.probabilities[place] }, positives: positives),
        RankedScores(scores: pairs.map { $0.1.probabilities[place] }, positives: positives)
      )
    }
    func area(_ weights: [Int]?) -> (Double, Double)? {
      var sums = (0.0, 0.0)
      for (a, b) in areas {
        guard let x = a.area(weights: weights), let y = b.area(weights: weights) else { return nil }
        sums = (sums.0 + x, sums.1 + y)
      }
      return (sums.0 / Double(areas.count), sums.1 / Double(areas.count))
    }
    let delong =
      classes == 2 && !hasPatients
      ? PairedDeLong(
        pairs.map { $0.0.probabilities[1] }, pairs.map { $0.1.probabilities[1] },
        positives: pairs.map { $0.0.label == 1 }) : nil
    // Models that rank all items alike leave nothing to test.
    let isSpread = (delong?.variance ?? 0) > 0
    let intervals = bootstrap.intervals(clusters: clusters) { weights in
      let total = Double(weights.reduce(0, +))
      let gain = Double(zip(gains, weights).reduce(0) { $0 + $1.0 * $1.1 }) / total
      return [gain, delong == nil ? area(weights).map { $0.1 - $0.0 } : nil]
    }
    let total = Double(pairs.count)
    let accuracy = (
      Double(right.count { $0.0 }) / total, Double(right.count { $0.1 }) / total
    )
    let whole = area(nil)
    results = [
      Result(
        name: "accuracy", first: accuracy.0, second: accuracy.1,
        difference: Estimate(accuracy.1 - accuracy.0, intervals[0]), pValue: nil),
      Result(
        name: "roc_auc_score", first: whole?.0, second: whole?.1,
        difference: Estimate(
          whole.map { $0.1 - $0.0 },
          delong == nil ? intervals[1] : isSpread ? delong?.interval : nil),
        pValue: isSpread ? delong?.pValue : nil),
    ]
  }
}
