import DataBlocks
public import Training

extension ClassificationInterpretation {
  /// Precision, recall, F1 and AUC per class with intervals: scikit-learn's `classification_report`.
  ///
  /// - Parameter bootstrap: The resampling; images of one patient stay together.
  /// - Returns: The report.
  public func classificationReport(
    bootstrap: Bootstrap = Bootstrap()
  ) -> ClassificationReport {
    ClassificationReport(
      targets: targets, predicted: decoded, probabilities: probabilities, vocab: vocab,
      patients: patients, bootstrap: bootstrap)
  }

  /// Prints the report (`print_classification_report`).
  ///
  /// - Returns: The report.
  @discardableResult
  public func printClassificationReport() -> ClassificationReport {
    let report = classificationReport()
    print(report)
    return report
  }

  /// The class that curves and decisions are about if none is named: the last, as in fastai's `RocAucBinary`.
  public var positiveClass: Int { vocab.count - 1 }

  /// The probability of a class for each row.
  public func scores(ofClass classIndex: Int) -> [Double] {
    probabilities.map { $0[classIndex] }
  }

  /// Whether each row is of a class.
  public func positives(ofClass classIndex: Int) -> [Bool] { targets.map { $0 == classIndex } }

  /// The points of the ROC curve of a class against the rest; empty if only one is present.
  ///
  /// - Parameter classIndex: The class. Default: the last.
  /// - Returns: The points.
  public func rocCurve(ofClass classIndex: Int? = nil) -> [ROCPoint] {
    let index = classIndex ?? positiveClass
    return Training.rocCurve(
      scores: scores(ofClass: index), positives: positives(ofClass: index))
  }

  /// The points of the precision–recall curve of a class; empty if it has no items.
  ///
  /// - Parameter classIndex: The class. Default: the last.
  /// - Returns: The points.
  public func precisionRecallCurve(ofClass classIndex: Int? = nil) -> [PrecisionRecallPoint] {
    let index = classIndex ?? positiveClass
    return Training.precisionRecallCurve(
      scores: scores(ofClass: index), positives: positives(ofClass: index))
  }

  /// The area under the ROC curve of a class against the rest.
  ///
  /// The interval is DeLong's; if some patient has several images, it is of a bootstrap of the patients.
  ///
  /// - Parameters:
  ///   - classIndex: The class. Default: the last.
  ///   - rows: The rows to take. Default: all.
  ///   - bootstrap: The resampling.
  /// - Returns: The area; not defined if only one class is present.
  public func rocAuc(
    ofClass classIndex: Int? = nil, rows: [Int]? = nil, bootstrap: Bootstrap = Bootstrap()
  ) -> Estimate {
    let index = classIndex ?? positiveClass
    let rows = rows ?? Array(targets.indices)
    let scores = rows.map { probabilities[$0][index] }
    let positives = rows.map { targets[$0] == index }
    let clusters = Bootstrap.clusters(by: rows.map { item(ofRow: $0)?.patient })
    if (clusters.max() ?? -1) + 1 == rows.count {
      return DeLong(scores: scores, positives: positives)?.estimate ?? .undefined
    }
    return .rocAuc(
      scores: scores, positives: positives, clusters: clusters, bootstrap: bootstrap)
  }

  /// The decisions about a class and their rates with intervals.
  ///
  /// - Parameters:
  ///   - classIndex: The class. Default: the last.
  ///   - threshold: The probability from which an item is decided positive. Default: where the class is the most
  ///     probable one.
  ///   - rows: The rows to take. Default: all.
  /// - Returns: The counts.
  public func operatingPoint(
    ofClass classIndex: Int? = nil, threshold: Double? = nil, rows: [Int]? = nil
  ) -> OperatingPoint {
    let index = classIndex ?? positiveClass
    let rows = rows ?? Array(targets.indices)
    return OperatingPoint(
      decisions: rows.map { row in
        threshold.map { probabilities[row][index] >= $0 } ?? (decoded[row] == index)
      }, positives: rows.map { targets[$0] == index })
  }

  /// How often predictions are right by their confidence.
  ///
  /// - Parameters:
  ///   - classIndex: The class whose probability is compared with how often an item is of it. Default: the
  ///     probability of the most probable class is compared with how often that is right, as in Guo et al.
  ///   - binCount: The number of bins.
  /// - Returns: The bins and errors.
  public func calibration(ofClass classIndex: Int? = nil, binCount: Int = 15) -> Calibration {
    if let classIndex {
      return Calibration(
        confidences: scores(ofClass: classIndex), outcomes: positives(ofClass: classIndex),
        binCount: binCount)
    }
    return Calibration(
      confidences: targets.indices.map { probabilities[$0][decoded[$0]] },
      outcomes: zip(decoded, targets).map { $0 == $1 }, binCount: binCount)
  }

  /// Measures of a class in groups of items.
  ///
  /// - Parameters:
  ///   - column: The name of the column.
  ///   - values: The value of each item of `items`, or of each row if the items are not known; nil if it has none.
  ///     More than 10 different numbers are divided at their quartiles.
  ///   - classIndex: The class. Default: the last.
  ///   - threshold: The probability from which an item is decided positive. Default: where the class is the most
  ///     probable one.
  ///   - bootstrap: The resampling.
  /// - Returns: The table.
  /// - Precondition: There is one value per item.
  public func subgroups(
    by column: String, values: [String?], ofClass classIndex: Int? = nil,
    threshold: Double? = nil, bootstrap: Bootstrap = Bootstrap()
  ) -> SubgroupTable {
    let expected = items.isEmpty ? count : items.count
    precondition(values.count == expected, "\(values.count) values for \(expected) items")
    let index = classIndex ?? positiveClass
    let own = targets.indices.map { values[items.isEmpty ? $0 : itemIndices[$0]] }
    return SubgroupTable(
      column: column, className: vocab[index], threshold: threshold,
      rows: SubgroupTable.groups(own).map { name, members in
        SubgroupTable.Row(
          name: name,
          counts: operatingPoint(ofClass: index, threshold: threshold, rows: members),
          auc: rocAuc(ofClass: index, rows: members, bootstrap: bootstrap))
      })
  }
}
