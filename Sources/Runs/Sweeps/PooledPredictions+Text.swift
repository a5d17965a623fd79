import Console
import Training

extension PooledPredictions: CustomStringConvertible {
  /// Tables of at most 80 columns: the pooled measures, the classes, the folds.
  public var description: String {
    let total = counts.reduce(0, +)
    let head = wrapped(
      "\(total) images out of fold, of \(counts.count) folds"
        + (patients.map { " and \($0) patients" } ?? "") + ": AUC \(measures[0].pooled.text), "
        + "accuracy \(measures[1].pooled.text)"
    ).joined(separator: "\n")
    func cell(_ value: Double?) -> String { value.map { NumberFormat.fixed($0, 4) } ?? "–" }
    let rows = counts.indices.map { fold in
      ["\(fold)", "\(counts[fold])"] + measures.map { cell($0.folds[fold]) }
    }
    let folds = TextTable(
      ["fold", .right("images"), .right("AUC"), .right("accuracy")],
      rows: rows + [
        ["mean", ""] + measures.map { cell($0.spread?.mean) },
        ["std", ""] + measures.map { cell($0.spread?.deviation) },
      ])
    let notes = wrapped(
      method
        + ". The models of the folds differ, so pooled probabilities are comparable only as far as the models "
        + "agree; the spread over folds is no interval."
    ).joined(separator: "\n")
    return [head, classification.table, classification.areas, folds.description, notes]
      .compactMap(\.self).joined(separator: "\n\n")
  }
}

extension PooledPredictions.Measure {
  /// Mean and standard deviation over the folds; nil if it is defined in fewer than two.
  public var spread: (mean: Double, deviation: Double)? {
    let known = folds.compactMap(\.self)
    guard known.count > 1 else { return nil }
    let mean = known.reduce(0, +) / Double(known.count)
    let squares = known.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean, (squares / Double(known.count - 1)).squareRoot())
  }
}
