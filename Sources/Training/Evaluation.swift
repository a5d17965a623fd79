/// The measures of a model on labeled items.
public struct Evaluation: Sendable, Equatable, Codable {
  /// The measures of one class.
  public struct ClassMeasures: Sendable, Equatable, Codable {
    /// The class.
    public let name: String
    /// Items of the class.
    public let items: Int
    /// Sensitivity; nil without items.
    public let recall: Double?
    /// Positive predictive value; nil if the class is never predicted.
    public let precision: Double?
  }

  /// The number of items.
  public let items: Int
  /// The mean loss.
  public let loss: Double
  /// The share of items whose most probable class is right.
  public let accuracy: Double
  /// The area under the ROC curve; nil if only one class is present.
  public let auc: Double?
  /// Per class, in the order of the vocabulary.
  public let perClass: [ClassMeasures]

  /// Measures predictions.
  ///
  /// - Parameters:
  ///   - predictions: Predictions of labeled items.
  ///   - vocab: The classes.
  /// - Precondition: There are labels.
  public init(_ predictions: Predictions, vocab: [String]) {
    precondition(
      predictions.targets.count == predictions.count,
      "\(predictions.targets.count) labels for \(predictions.count) items")
    let matrix = ConfusionMatrix(
      targets: predictions.targets, predictions: predictions.decoded, classCount: vocab.count)
    let auc = Metric.rocAuc.value(predictions)
    items = predictions.count
    loss = predictions.meanLoss ?? .nan
    accuracy = Metric.accuracy.value(predictions)
    self.auc = auc.isFinite ? auc : nil
    perClass = vocab.enumerated().map { index, name in
      ClassMeasures(
        name: name, items: matrix.counts[index].reduce(0, +), recall: matrix.recall(of: index),
        precision: matrix.precision(of: index))
    }
  }
}
