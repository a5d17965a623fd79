public import DataBlocks
import Foundation
public import Training

/// What a classifier gets right and wrong on labeled items: fastai's `ClassificationInterpretation`.
///
///     let interpretation = try ClassificationInterpretation(predictor, items: testItems)
///     interpretation.printClassificationReport()
///     try interpretation.plotTopLosses(9).write(to: "top-losses.png")
///
/// Each item has one true class. A model with one output and two classes counts as two classes, of which the output
/// is the second. Multi-label predictions have no confusion matrix; `findings(probabilities:targets:vocab:)` makes one
/// interpretation per finding.
public struct ClassificationInterpretation {
  /// The classes, in the order of the probabilities.
  public let vocab: [String]
  /// The items, to which `itemIndices` refers; empty if they are not known.
  public let items: [DataItem]
  /// The position in `items` of each row.
  public let itemIndices: [Int]
  /// The true class of each row (`targs`).
  public let targets: [Int]
  /// The class of each row, by the decision threshold if there is one, else the most probable (`decoded`).
  public let decoded: [Int]
  /// The probability of each class, row by row (`preds`).
  public let probabilities: [[Double]]
  /// The loss of each row.
  public let losses: [Double]
  /// The model; nil if only predictions are known.
  public let predictor: Predictor?

  /// Takes predictions of labeled items.
  ///
  /// - Parameters:
  ///   - predictions: Outputs with targets. Without losses, the negative logarithm of the probability of the true
  ///     class takes their place.
  ///   - vocab: The classes.
  ///   - items: The items that were predicted. Default: not known, so there are no patients and no images.
  ///   - predictor: The model that predicted, to draw images.
  /// - Throws: `DataError` naming the first item whose output is NaN or infinite.
  /// - Precondition: Each row has one true class, and as many outputs as there are classes, or one for two classes.
  public init(
    _ predictions: Predictions, vocab: [String], items: [DataItem] = [],
    predictor: Predictor? = nil
  ) throws(DataError) {
    precondition(
      predictions.targets.count == predictions.count,
      "\(predictions.targets.count) class indices for \(predictions.count) predictions: an interpretation needs one "
        + "true class per item; for multi-label targets use findings(probabilities:targets:vocab:)")
    for row in predictions.probabilities {
      precondition(
        row.count == vocab.count || (row.count == 1 && vocab.count == 2),
        "\(row.count) outputs for \(vocab.count) classes")
    }
    precondition(
      items.isEmpty || predictions.itemIndices.allSatisfy(items.indices.contains),
      "predictions of items that are not among the \(items.count) given")
    if let row = predictions.probabilities.firstIndex(where: { !$0.allSatisfy(\.isFinite) }) {
      let index = predictions.itemIndices[row]
      throw DataError(
        .outputNotFinite, path: items.isEmpty ? "item \(index)" : items[index].name)
    }
    self.vocab = vocab
    self.items = items
    self.predictor = predictor
    itemIndices = predictions.itemIndices
    targets = predictions.targets
    let wide = predictions.columns(forClasses: vocab.count)
    let rows = wide.probabilities.map { $0.map(Double.init) }
    probabilities = rows
    decoded = wide.decoded
    let targets = targets
    losses =
      predictions.losses.count == predictions.count
      ? predictions.losses
      : rows.indices.map { -Self.logarithm(rows[$0][targets[$0]]) }
  }

  /// Predicts labeled items (`from_learner` with a `dl`).
  ///
  /// - Parameters:
  ///   - predictor: The model, its pipeline and its vocabulary.
  ///   - items: Labeled items.
  ///   - batchSize: Items per batch (`bs`).
  ///   - workers: Threads that read and transform. Default: all cores.
  ///   - unreadable: What to do about files that cannot be read.
  /// - Throws: What `Predictor.predictions` throws, and `DataError` naming an item whose output is not finite.
  public init(
    _ predictor: Predictor, items: [DataItem], batchSize: Int = 64, workers: Int? = nil,
    unreadable: UnreadablePolicy = .stop
  ) throws {
    let predictions = try predictor.predictions(
      for: items, batchSize: batchSize, workers: workers, unreadable: unreadable)
    try self.init(predictions, vocab: predictor.vocab, items: items, predictor: predictor)
  }

  /// Predicts the validation data of a learner, or other data (`from_learner`).
  ///
  /// - Parameters:
  ///   - learner: The learner.
  ///   - vocab: The classes.
  ///   - source: Labeled batches (`dl`). Default: the validation source.
  ///   - items: The items of the source.
  /// - Returns: The interpretation.
  /// - Throws: What the data throws, and `DataError` naming an item whose output is not finite.
  /// - Precondition: A source is given or the learner has a validation source.
  public static func fromLearner(
    _ learner: Learner, vocab: [String], source: (any BatchSource)? = nil, items: [DataItem] = []
  ) throws -> ClassificationInterpretation {
    guard let source = source ?? learner.valid else {
      preconditionFailure("fromLearner needs a source: the learner has no validation data")
    }
    return try ClassificationInterpretation(
      learner.predictions(for: source), vocab: vocab, items: items)
  }

  /// One interpretation per finding of a multi-label model, each with the classes "no X" and "X".
  ///
  /// - Parameters:
  ///   - probabilities: The probability of each finding, one row per item.
  ///   - targets: Whether each item has each finding.
  ///   - vocab: The findings.
  /// - Returns: The interpretations, in the order of the findings.
  /// - Throws: `DataError` naming an item whose output is not finite.
  /// - Precondition: All rows have as many values as there are findings.
  public static func findings(
    probabilities: [[Float]], targets: [[Bool]], vocab: [String]
  ) throws(DataError) -> [ClassificationInterpretation] {
    precondition(
      probabilities.count == targets.count
        && (probabilities.allSatisfy { $0.count == vocab.count })
        && (targets.allSatisfy { $0.count == vocab.count }),
      "\(probabilities.count) rows of probabilities and \(targets.count) of targets for \(vocab.count) findings"
    )
    var found: [ClassificationInterpretation] = []
    for (index, name) in vocab.enumerated() {
      let column = probabilities.map { [$0[index]] }
      found.append(
        try ClassificationInterpretation(
          // An output above 0 means a probability above one half.
          Predictions(
            outputs: column.map { [$0[0] - 0.5] }, probabilities: column,
            targets: targets.map { $0[index] ? 1 : 0 }),
          vocab: ["no \(name)", name]))
    }
    return found
  }

  /// One interpretation per finding of predictions of a multi-label model, decided by the threshold of its loss.
  ///
  /// - Parameters:
  ///   - predictions: Predictions of labeled items, with one output per finding.
  ///   - vocab: The findings.
  ///   - items: The items that were predicted. Default: not known.
  /// - Returns: The interpretations, in the order of the findings, each with the classes "no X" and "X".
  /// - Throws: `DataError` naming an item whose output is not finite.
  /// - Precondition: All rows have as many outputs and targets as there are findings.
  public static func findings(
    _ predictions: Predictions, vocab: [String], items: [DataItem] = []
  ) throws(DataError) -> [ClassificationInterpretation] {
    precondition(
      predictions.targetValues.count == predictions.count
        && predictions.outputs.allSatisfy { $0.count == vocab.count }
        && predictions.targetValues.allSatisfy { $0.count == vocab.count },
      "findings need one output and one target per finding of \(vocab)")
    var found: [ClassificationInterpretation] = []
    for (index, name) in vocab.enumerated() {
      found.append(
        try ClassificationInterpretation(
          predictions.finding(index), vocab: ["no \(name)", name], items: items))
    }
    return found
  }

  /// The natural logarithm of a probability; of the smallest number for 0.
  private static func logarithm(_ probability: Double) -> Double {
    log(max(probability, .leastNonzeroMagnitude))
  }

  /// The number of rows.
  public var count: Int { targets.count }

  /// The item of a row; nil if the items are not known.
  public func item(ofRow row: Int) -> DataItem? {
    items.isEmpty ? nil : items[itemIndices[row]]
  }

  /// The patient of each row; nil where unknown.
  var patients: [String?] {
    targets.indices.map { item(ofRow: $0)?.patient }
  }

  /// Counts of items by actual class (rows) and predicted class (columns).
  public func confusionMatrix() -> ConfusionMatrix {
    ConfusionMatrix(targets: targets, predictions: decoded, classCount: vocab.count)
  }

  /// The pairs of classes that are confused, the most frequent first (`most_confused`).
  ///
  /// - Parameter minimum: The smallest number of items (`min_val`).
  /// - Returns: Actual and predicted class with the number of items.
  public func mostConfused(
    minimum: Int = 1
  ) -> [(actual: String, predicted: String, count: Int)] {
    confusionMatrix().mostConfused(minimum: minimum, vocab: vocab)
  }

  /// An item with its loss.
  public struct TopLoss: Sendable, Equatable {
    /// The row.
    public let row: Int
    /// The item; nil if the items are not known.
    public let item: DataItem?
    /// The loss.
    public let loss: Double
    /// The decided class.
    public let predicted: String
    /// The true class.
    public let actual: String
    /// The probability of the decided class.
    public let probability: Double
  }

  /// The items with the largest or smallest losses (`top_losses`).
  ///
  /// - Parameters:
  ///   - count: The number of items (`k`). Default: all.
  ///   - largest: Largest first, or smallest first. Items of equal loss keep their order.
  /// - Returns: The items.
  public func topLosses(_ count: Int? = nil, largest: Bool = true) -> [TopLoss] {
    let order = losses.indices.sorted {
      losses[$0] == losses[$1]
        ? $0 < $1 : (largest ? losses[$0] > losses[$1] : losses[$0] < losses[$1])
    }
    return order.prefix(count ?? order.count).map { row in
      TopLoss(
        row: row, item: item(ofRow: row), loss: losses[row], predicted: vocab[decoded[row]],
        actual: vocab[targets[row]], probability: probabilities[row][decoded[row]])
    }
  }
}
