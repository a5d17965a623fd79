/// Metrics of a model on labeled items.
public struct Evaluation: Sendable, Equatable, Codable {
  /// Metrics of one class.
  public struct ClassMeasures: Sendable, Equatable, Codable {
    /// Name of the class.
    public let name: String
    /// Number of items of the class.
    public let items: Int
    /// Recall (sensitivity); nil if the class has no items.
    public let recall: Double?
    /// Precision (positive predictive value); nil if the class is never predicted.
    public let precision: Double?
  }

  /// The number of items.
  public let items: Int
  /// The mean loss.
  public let loss: Double
  /// The fraction of items whose most probable class is the target.
  public let accuracy: Double
  /// The area under the ROC curve; nil if a class is absent.
  public let auc: Double?
  /// Metrics of each class, in the order of the vocabulary.
  public let perClass: [ClassMeasures]

  /// Computes the metrics of predictions.
  ///
  /// - Parameters:
  ///   - predictions: Predictions of labeled items.
  ///   - vocab: The classes.
  /// - Precondition: Every item has a target.
  public init(_ predictions: Predictions, vocab: [String]) {
    precondition(
      predictions.targets.count == predictions.count,
      "\(predictions.targets.count) labels for \(predictions.count) items")
    let predictions = predictions.columns(forClasses: vocab.count)
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
