import Console

/// Number of items by target class (rows) and predicted class (columns).
public struct ConfusionMatrix: Sendable, Equatable {
  /// `counts[target][prediction]`.
  public let counts: [[Int]]

  /// Counts pairs of targets and predictions.
  ///
  /// - Precondition: There are as many targets as predictions, and all are below `classCount`.
  public init(targets: [Int], predictions: [Int], classCount: Int) {
    precondition(
      targets.count == predictions.count,
      "\(targets.count) targets for \(predictions.count) predictions")
    var counts = [[Int]](repeating: [Int](repeating: 0, count: classCount), count: classCount)
    for (target, prediction) in zip(targets, predictions) { counts[target][prediction] += 1 }
    self.counts = counts
  }

  /// Fraction of a class's items that were predicted as this class (sensitivity); nil if there are none.
  public func recall(of target: Int) -> Double? {
    let total = counts[target].reduce(0, +)
    return total == 0 ? nil : Double(counts[target][target]) / Double(total)
  }

  /// Fraction of a class's predictions that were right (positive predictive value); nil if there are none.
  public func precision(of prediction: Int) -> Double? {
    let total = counts.map { $0[prediction] }.reduce(0, +)
    return total == 0 ? nil : Double(counts[prediction][prediction]) / Double(total)
  }

  /// The counts divided by the number of items of their row's class (`normalize`); nil in rows without items.
  public var normalized: [[Double?]] {
    counts.map { row in
      let total = row.reduce(0, +)
      return row.map { total == 0 ? nil : Double($0) / Double(total) }
    }
  }

  /// The pairs of different classes that are confused, the most frequent first (`most_confused`).
  ///
  /// - Parameters:
  ///   - minimum: The smallest number of items (`min_val`).
  ///   - vocab: The names of the classes.
  /// - Returns: Actual and predicted class with the number of items; pairs of one number in the order of rows.
  public func mostConfused(
    minimum: Int = 1, vocab: [String]
  ) -> [(actual: String, predicted: String, count: Int)] {
    precondition(vocab.count == counts.count, "\(vocab.count) names of \(counts.count) classes")
    let pairs = counts.indices.flatMap { row in
      counts.indices.compactMap { column in
        row != column && counts[row][column] >= minimum
          ? (actual: vocab[row], predicted: vocab[column], count: counts[row][column]) : nil
      }
    }
    return pairs.enumerated().sorted {
      ($1.element.count, $0.offset) < ($0.element.count, $1.offset)
    }
    .map(\.element)
  }

  /// A table for a terminal: actual classes in rows, predicted ones in columns.
  ///
  /// - Parameters:
  ///   - vocab: The names of the classes. Long names of columns are cut.
  ///   - normalize: Whether to show fractions of the rows.
  /// - Returns: The lines.
  public func text(vocab: [String], normalize: Bool = false) -> String {
    precondition(vocab.count == counts.count, "\(vocab.count) names of \(counts.count) classes")
    let cells = counts.indices.map { row in
      counts.indices.map { column in
        normalize
          ? normalized[row][column].map { NumberFormat.fixed($0, 2) } ?? "–"
          : "\(counts[row][column])"
      }
    }
    // Names that are long or many are replaced by their numbers.
    let width = vocab.reduce(14) { $0 + max($1.count, 4) + 2 }
    let isNumbered = width > 80
    return TextTable(
      [TextColumn("actual \\ predicted", isFlexible: true)]
        + vocab.enumerated().map { .right(isNumbered ? "\($0 + 1)" : $1.printable) },
      rows: cells.enumerated().map { row, cells in
        [(isNumbered ? "\(row + 1) " : "") + vocab[row]] + cells
      }
    ).description
  }
}
