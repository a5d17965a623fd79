import Console
public import DataBlocks
import Foundation
public import Training

/// The loss and the metrics of a run on labeled images, for labels that do not exclude each other and for numbers.
///
/// `RunReport` has more, for one class per image.
public struct RunMeasures: Sendable {
  /// The measures of one label.
  public struct Label: Sendable, Equatable, Encodable {
    /// The label.
    public let name: String
    /// Images that have it.
    public let images: Int
    /// Area under the ROC curve; nil if it is not defined, as the others.
    public let auc: Double?
    /// Average precision.
    public let averagePrecision: Double?
    /// Sensitivity at the loss's threshold.
    public let sensitivity: Double?
    /// Specificity at the loss's threshold.
    public let specificity: Double?
  }

  /// The predictions, of which rows refer to items.
  public let predictions: Predictions
  /// The items, one per frame where all frames are read.
  public let items: [DataItem]
  /// The name of the part: "train", "valid", "test" or "all".
  public let split: String
  /// How many of the images the model was trained on; nil if the run does not know.
  public let trainedOn: Int?
  /// The metrics of the run's plan; nil where they are not defined.
  public let metrics: [(name: String, value: Double?)]
  /// The labels, in the order of the outputs; empty for numbers.
  public let labels: [Label]
  /// The time of the predictions, in seconds.
  public let seconds: Double

  /// The mean loss.
  public var loss: Double? { predictions.meanLoss }
}

extension SavedModel {
  /// Predicts labeled images and computes the loss and the metrics of the run's plan.
  ///
  /// - Parameters:
  ///   - selected: The images.
  ///   - batchSize: Images per batch.
  ///   - workers: Threads that read and transform. Default: all cores.
  ///   - unreadable: What to do about files that cannot be read.
  ///   - passes: Passes of test time augmentation beside the plain one; there is no loss then. Default: none.
  /// - Returns: The measures.
  /// - Throws: `DataError` naming files that cannot be read, or an image for which the output is not finite.
  public func measures(
    on selected: SelectedItems, batchSize: Int = 32, workers: Int? = nil,
    unreadable: UnreadablePolicy = .stop, testTimeAugmentation passes: Int? = nil
  ) throws -> RunMeasures {
    let items = predictor.pipeline.itemsPerFrame(selected.items, workers: workers)
    let started = Date()
    let size = min(batchSize, max(items.count, 1))
    let predictions =
      if let passes {
        try predictor.tta(
          items, n: passes, batchSize: size, workers: workers, unreadable: unreadable)
      } else {
        try predictor.predictions(
          for: items, batchSize: size, workers: workers, unreadable: unreadable)
      }
    let seconds = Date().timeIntervalSince(started)
    if let row = predictions.probabilities.firstIndex(where: { !$0.allSatisfy(\.isFinite) }) {
      throw DataError(.outputNotFinite, path: items[predictions.itemIndices[row]].name)
    }
    func defined(_ value: Double) -> Double? { value.isFinite ? value : nil }
    return RunMeasures(
      predictions: predictions, items: items, split: selected.name, trainedOn: selected.trainedOn,
      metrics: ownMetrics.map { ($0.name, defined($0.value(predictions))) },
      labels: target != .multiCategory
        ? []
        : predictor.vocab.enumerated().map { index, name in
          let one = predictions.finding(index)
          return RunMeasures.Label(
            name: name, images: one.targets.count { $0 == 1 },
            auc: defined(Metric.rocAuc.value(one)),
            averagePrecision: defined(Metric.averagePrecision().value(one)),
            sensitivity: one.targets.contains(1)
              ? defined(Metric.recall(average: .binary).value(one)) : nil,
            specificity: one.targets.contains(0) ? defined(Metric.specificity.value(one)) : nil)
        }, seconds: seconds)
  }
}

extension RunMeasures: CustomStringConvertible {
  /// Tables of at most 80 columns.
  public var description: String {
    let rate = Double(predictions.count) / max(seconds, 1e-9)
    var parts = [
      "\(predictions.count) images (\(split)), \(NumberFormat.fixed(seconds, 1)) s, "
        + "\(NumberFormat.fixed(rate, 1)) images/s",
      TextTable(
        ["measure", .right("value")],
        rows: [["loss", NumberFormat.measured(loss)]]
          + metrics.map { [$0.name, NumberFormat.measured($0.value)] }
      ).description,
    ]
    if !labels.isEmpty {
      parts.append(
        TextTable(
          [
            TextColumn("label", isFlexible: true), .right("images"), .right("AUC"), .right("AP"),
            .right("sens."), .right("spec."),
          ],
          rows: labels.map { label in
            [label.name, "\(label.images)"]
              + [label.auc, label.averagePrecision, label.sensitivity, label.specificity].map {
                NumberFormat.measured($0)
              }
          }
        ).description)
    }
    return parts.joined(separator: "\n\n")
  }
}

extension RunMeasures: Encodable {
  private enum Key: String, CodingKey {
    case split, images, trainingImages, loss, metrics, labels, seconds
  }

  /// Measures that are not defined are left out.
  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Key.self)
    try fields.encode(split, forKey: .split)
    try fields.encode(predictions.count, forKey: .images)
    try fields.encodeIfPresent(trainedOn, forKey: .trainingImages)
    try fields.encodeIfPresent(loss.flatMap { $0.isFinite ? $0 : nil }, forKey: .loss)
    try fields.encode(
      Dictionary(
        metrics.compactMap { metric in metric.value.map { (metric.name, $0) } },
        uniquingKeysWith: { a, _ in a }), forKey: .metrics)
    try fields.encode(labels, forKey: .labels)
    try fields.encode(seconds, forKey: .seconds)
  }
}

extension SavedModel {
  /// The metrics of the run's plan; of an exported model those that its file has values of.
  fileprivate var ownMetrics: [Metric] {
    if let run { return run.description.plan.metrics.map(\.metric) }
    let names = (self as? ExportedModel)?.description.training.metrics?.keys.sorted() ?? []
    return names.compactMap { try? Metric.named($0) }
  }
}
