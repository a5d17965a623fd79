public import DataBlocks
import Layers
import Tensors

extension Learner {
  /// Computes the loss and the metrics on a source (`validate`).
  ///
  /// Callbacks do not run, so nothing is saved and no tracker is updated.
  ///
  /// - Parameter source: Labeled batches. Default: the validation source.
  /// - Returns: The loss, which is the mean of the batches weighted by their items, as in the table of epochs; and the
  ///   metrics in the order of `metrics`.
  /// - Throws: What the data throws.
  /// - Precondition: A source is given or the learner has a validation source.
  public func validate(_ source: (any BatchSource)? = nil) throws -> (
    loss: Double, metrics: [Double]
  ) {
    let predictions = try getPreds(source)
    return (predictions.meanLoss ?? .nan, metrics.map { $0.value(predictions) })
  }

  /// Computes outputs for every item of a source, in its order, in evaluation mode (`get_preds`).
  ///
  /// Callbacks do not run.
  ///
  /// - Parameter source: Batches, labeled or not (`dl`). Default: the validation source.
  /// - Returns: One row per item; if the source is a `DataLoader`, with the path and SOPInstanceUID of its file. A training
  ///   loader's items are predicted in their order, without random transforms.
  /// - Throws: What the data throws.
  /// - Precondition: A source is given or the learner has a validation source.
  public func getPreds(_ source: (any BatchSource)? = nil) throws -> Predictions {
    guard let source = source ?? valid else {
      preconditionFailure("this needs a source: the learner has no validation data")
    }
    let ordered = try (source as? DataLoader).map { $0.isInOrder ? $0 : try $0.inOrder() }
    return try Predictions(of: model, on: ordered ?? source, lossFunction: lossFunction)
  }

  /// The same as `getPreds`.
  public func predictions(for source: any BatchSource) throws -> Predictions {
    try getPreds(source)
  }

  /// Predicts the items of a loader several times with the random transforms of training, and mixes the mean of the
  /// probabilities with those of a plain pass (`tta`).
  ///
  /// - Parameters:
  ///   - loader: The items (`dl`). Default: the validation source.
  ///   - n: Passes with random transforms (`n`).
  ///   - beta: Weight of the plain pass (`beta`).
  ///   - useMax: Take the largest probability of all passes instead (`use_max`).
  ///   - allowsHorizontalFlip: Keep transforms that mirror the image.
  ///   - seed: Seeds the transforms.
  /// - Returns: The mixed probabilities, as of `Predictor.tta`.
  /// - Throws: What the data throws.
  /// - Precondition: A loader is given, or the validation source is one.
  public func tta(
    _ loader: DataLoader? = nil, n: Int = 4, beta: Double = 0.25, useMax: Bool = false,
    allowsHorizontalFlip: Bool = false, seed: UInt64 = 42
  ) throws -> Predictions {
    guard let loader = loader ?? valid as? DataLoader else {
      preconditionFailure(
        "tta() needs a DataLoader, whose pipeline has the transforms: the learner's validation source is none"
      )
    }
    return try TestTimeAugmentation(
      passes: n, beta: beta, useMax: useMax, allowsHorizontalFlip: allowsHorizontalFlip, seed: seed
    )(loader) {
      try Predictions(of: model, on: $0, lossFunction: lossFunction, epoch: $1)
    }
  }
}
