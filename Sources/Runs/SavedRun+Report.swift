public import DataBlocks
import Foundation
public import Interpret
public import Training

/// What is measured of a run's model beside its loss.
public struct ReportOptions: Sendable, Equatable {
  /// Columns of the table whose values are groups.
  public var subgroups: [String]
  /// The class of sensitivity, specificity and groups.
  ///
  /// Default: the last of two, all of more.
  public var positiveClass: String?
  /// The probability from which an item is decided positive: in all measures, the confusion matrix too.
  ///
  /// Default: the threshold that was chosen for the model, else the most probable class. For more than two classes it
  /// needs `positiveClass`; other items are then of the most probable of the other classes.
  public var threshold: Double?
  /// Passes of test time augmentation beside the plain one; nil: none.
  public var testTimeAugmentation: Int?
  /// The resampling of intervals.
  public var bootstrap: Bootstrap

  /// Creates options.
  public init(
    subgroups: [String] = [], positiveClass: String? = nil, threshold: Double? = nil,
    bootstrap: Bootstrap = Bootstrap(), testTimeAugmentation: Int? = nil
  ) {
    self.testTimeAugmentation = testTimeAugmentation
    self.subgroups = subgroups
    self.positiveClass = positiveClass
    self.threshold = threshold
    self.bootstrap = bootstrap
  }
}

/// The evaluation of a run on labeled images: measures with intervals, and what figures are drawn from.
public struct RunReport {
  /// The predictions, of which rows refer to items.
  public let predictions: Predictions
  /// The items, one per frame where all frames are read.
  public let items: [DataItem]
  /// The name of the part: "train", "valid", "test" or "all".
  public let split: String
  /// How many of the images the model was trained on; nil if the run does not know.
  public let trainedOn: Int?
  /// Predictions and true classes.
  public let interpretation: ClassificationInterpretation
  /// Precision, recall and F1 per class.
  public let classification: ClassificationReport
  /// How classes were decided.
  public let decision: ReportDecision
  /// The decisions about the positive class: one element for two classes, one per class for more.
  public let operatingPoints: [(className: String, counts: OperatingPoint)]
  /// Groups by column, and by class if there are more than two.
  public let subgroups: [SubgroupTable]
  /// How often predictions are right by their probability: of the positive class for two classes, of the most probable
  /// class for more.
  public let calibration: Calibration
  /// What was asked for.
  public let options: ReportOptions
  /// The time of the predictions, in seconds.
  public let seconds: Double

  /// The mean loss.
  public var loss: Double? { predictions.meanLoss }

  /// The area under the ROC curve: of the positive class for two classes, the mean over all for more.
  public var auc: Estimate {
    classification.classes.count == 2
      ? classification.classes[positiveIndices[0]].auc : classification.macroAverage.auc
  }

  /// The classes of decisions and groups.
  let positiveIndices: [Int]
}

extension SavedModel {
  /// Predicts labeled images and measures the model.
  ///
  /// - Parameters:
  ///   - selected: The images.
  ///   - table: The table that they are from, for the columns of groups.
  ///   - options: What is measured.
  ///   - batchSize: Images per batch.
  ///   - workers: Threads that read and transform. Default: all cores.
  ///   - unreadable: What to do about files that cannot be read.
  /// - Returns: The measures.
  /// - Throws: `DataError` naming files that cannot be read, a missing column, or an image for which the output is not
  ///   finite; `PlanError` if the class is unknown, or if the labels are not one class per image (`measures`).
  public func report(
    on selected: SelectedItems, of table: LabelTable, options: ReportOptions = ReportOptions(),
    batchSize: Int = 32, workers: Int? = nil, unreadable: UnreadablePolicy = .stop
  ) throws -> RunReport {
    try requireOneClass("the measures of a report")
    let vocab = predictor.vocab
    guard !vocab.isEmpty, !(predictor.target is MultiCategoryBlock) else {
      throw PlanError(
        .setting(
          name: "the target", value: vocab.isEmpty ? "a number" : "several labels",
          allowed: "one class per image for this report"))
    }
    let positive = try options.positiveClass.map { name throws(PlanError) in
      guard let index = vocab.firstIndex(of: name) else {
        throw PlanError(
          .setting(
            name: "the positive class", value: "\"\(name)\"",
            allowed: "one of \(vocab.joined(separator: ", "))"))
      }
      return index
    }
    let indices =
      positive.map { [$0] } ?? (vocab.count == 2 ? [1] : Array(vocab.indices))
    let (decision, decided) = try decision(options, positive: positive)
    let items = predictor.pipeline.itemsPerFrame(selected.items, workers: workers)
    // A wrong name is found before the work.
    let columns = try options.subgroups.map { try table.values(ofColumn: $0, for: items) }
    let started = Date()
    let size = min(batchSize, max(items.count, 1))
    var predictions =
      if let passes = options.testTimeAugmentation {
        try predictor.tta(
          items, n: passes, batchSize: size, workers: workers, unreadable: unreadable)
      } else {
        try predictor.getPreds(
          items, batchSize: size, workers: workers, unreadable: unreadable)
      }
    let seconds = Date().timeIntervalSince(started)
    if let threshold = decision.threshold, let decided {
      predictions = predictions.columns(forClasses: vocab.count)
        .deciding(decided, from: threshold)
    }
    let interpretation = try ClassificationInterpretation(
      predictions, vocab: vocab, items: items, predictor: predictor)
    return RunReport(
      predictions: predictions, items: items, split: selected.name,
      trainedOn: selected.trainedOn, interpretation: interpretation,
      classification: interpretation.classificationReport(bootstrap: options.bootstrap),
      decision: decision,
      operatingPoints: indices.map { index in
        (vocab[index], interpretation.operatingPoint(ofClass: index))
      },
      subgroups: columns.flatMap { column in
        indices.map { index in
          interpretation.subgroups(
            by: column.name, values: column.values, ofClass: index,
            threshold: index == decided ? decision.threshold : nil, bootstrap: options.bootstrap)
        }
      },
      calibration: interpretation.calibration(ofClass: vocab.count == 2 ? indices[0] : nil),
      options: options, seconds: seconds, positiveIndices: indices)
  }
}
