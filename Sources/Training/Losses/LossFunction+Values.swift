public import DataBlocks
import Tensors

extension LossFunction {
  /// Binary cross entropy with sigmoid, for labels that do not exclude each other: PyTorch's `BCEWithLogitsLoss`,
  /// fastai's `BCEWithLogitsLossFlat`.
  ///
  /// Targets are 0 and 1, of the shape of the outputs; int64 class indices of two classes fit one output.
  ///
  /// - Parameters:
  ///   - threshold: A label is present if its probability is above (`thresh`).
  ///   - positiveWeights: One weight per output for positive targets (`pos_weight`).
  ///   - weights: One weight per output (`weight`).
  /// - Returns: The loss, decoded by the threshold.
  public static func bceWithLogits(
    threshold: Float = 0.5, positiveWeights: [Float]? = nil, weights: [Float]? = nil
  ) -> LossFunction {
    let values = weights
    let (positive, weights) = (positiveWeights.map { Tensor($0) }, weights.map { Tensor($0) })
    return LossFunction(activation: { $0.sigmoid() }, decoding: .threshold(threshold)) {
      $0.binaryCrossEntropyWithLogits(
        Self.values($1, as: $0, "bceWithLogits"), weights: weights, positiveWeights: positive,
        reduction: $2)
    }.made(by: .bceWithLogits) {
      ($0.threshold, $0.positiveWeights, $0.weights) = (threshold, positiveWeights, values)
    }
  }

  /// Mean squared error: PyTorch's `MSELoss`, fastai's `MSELossFlat`.
  public static func mse() -> LossFunction {
    LossFunction(activation: { $0 }, decoding: .identity) {
      $0.mseLoss(values($1, as: $0, "mse"), reduction: $2)
    }.made(by: .mse)
  }

  /// Mean absolute error: PyTorch's `L1Loss`, fastai's `L1LossFlat`.
  public static func l1() -> LossFunction {
    LossFunction(activation: { $0 }, decoding: .identity) {
      $0.l1Loss(values($1, as: $0, "l1"), reduction: $2)
    }.made(by: .l1)
  }

  /// PyTorch's `SmoothL1Loss`: squared near the target, absolute beyond `beta`.
  public static func smoothL1(beta: Float = 1) -> LossFunction {
    LossFunction(activation: { $0 }, decoding: .identity) {
      $0.smoothL1Loss(values($1, as: $0, "smoothL1"), beta: beta, reduction: $2)
    }.made(by: .smoothL1) { $0.beta = beta }
  }

  /// The loss that belongs to a target block, if none is chosen (`loss_func` of fastai's blocks).
  ///
  /// - Parameter target: Binary cross entropy for `MultiCategoryBlock`, squared error for `RegressionBlock`, cross
  ///   entropy for others.
  /// - Returns: The loss.
  public static func standard(for target: any TargetBlock) -> LossFunction {
    switch target {
    case is MultiCategoryBlock: .bceWithLogits()
    case is RegressionBlock: .mse()
    default: .crossEntropy()
    }
  }

  /// Targets as floats of the shape of the outputs: `[items]` fits `[items, 1]`, as fastai's flattening has it.
  private static func values(
    _ targets: Tensor, as output: Tensor, _ name: StaticString
  ) -> Tensor {
    let floats =
      targets.dtype == .int64
      ? Tensor(targets.scalars(as: Int64.self).map { Float($0) }, shape: targets.shape) : targets
    precondition(
      floats.count == output.count && floats.shape[0] == output.shape[0],
      "\(name): outputs of \(output.shape) for targets of \(targets.shape): needs one target per output"
    )
    return floats.shape == output.shape ? floats : floats.reshaped(to: output.shape)
  }
}
