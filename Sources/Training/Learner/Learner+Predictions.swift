public import DataBlocks
import Layers
import Tensors

extension Learner {
  /// Computes the loss and the metrics on a source (`validate`).
  ///
  /// Callbacks do not run, so nothing is saved and no tracker is updated.
  ///
  /// - Parameter source: Labeled batches. Default: the validation source.
  /// - Returns: The mean loss over the items, and the metrics in the order of `metrics`.
  /// - Throws: What the data throws.
  /// - Precondition: A source is given or the learner has a validation source.
  public func validate(_ source: (any BatchSource)? = nil) throws -> (
    loss: Double, metrics: [Double]
  ) {
    guard let source = source ?? valid else {
      preconditionFailure("validate() needs a source: the learner has no validation data")
    }
    let predictions = try predictions(for: source)
    return (predictions.meanLoss ?? .nan, metrics.map { $0.value(predictions) })
  }

  /// Computes outputs for every item of a source, in its order, in evaluation mode (`get_preds`).
  ///
  /// Callbacks do not run.
  ///
  /// - Throws: What the data throws.
  public func predictions(for source: any BatchSource) throws -> Predictions {
    try Predictions(of: model, on: source, lossFunction: lossFunction)
  }
}
