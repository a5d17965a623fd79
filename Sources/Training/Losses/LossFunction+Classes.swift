import Tensors

extension LossFunction {
  /// Cross entropy with softmax: PyTorch's `CrossEntropyLoss`, fastai's `CrossEntropyLossFlat`.
  ///
  /// Class weights also apply to the smoothing, as in PyTorch; `labelSmoothingCrossEntropy` has fastai's convention.
  ///
  /// - Parameters:
  ///   - weights: One weight per class (`weight`). The mean divides by the sum of the targets' weights.
  ///   - labelSmoothing: Fraction of the target spread over all classes (`label_smoothing`).
  ///   - ignoreIndex: Target that is excluded from the loss (`ignore_index`).
  /// - Returns: The loss, decoded to the most probable class.
  public static func crossEntropy(
    weights: [Float]? = nil, labelSmoothing: Double = 0, ignoreIndex: Int = -100
  ) -> LossFunction {
    let values = weights
    let weights = weights.map { Tensor($0) }
    return ofOneClass {
      $0.crossEntropy(
        $1, weights: weights, labelSmoothing: labelSmoothing, ignoreIndex: ignoreIndex,
        reduction: $2)
    }.made(by: .crossEntropy) {
      ($0.weights, $0.labelSmoothing, $0.ignoreIndex) = (values, labelSmoothing, ignoreIndex)
    }
  }

  /// Cross entropy with label smoothing in fastai's convention: `LabelSmoothingCrossEntropyFlat`.
  ///
  ///     loss = (1 − epsilon) · crossEntropy(x, target, weights) − epsilon / classes · Σ log softmax(x)
  ///
  /// Class weights apply to the first term only. Without weights it equals `crossEntropy(labelSmoothing:)`.
  ///
  /// - Parameters:
  ///   - epsilon: Probability that is distributed over all classes (`eps`).
  ///   - weights: One weight per class (`weight`).
  /// - Returns: The loss, decoded to the most probable class.
  public static func labelSmoothingCrossEntropy(
    epsilon: Double = 0.1, weights: [Float]? = nil
  ) -> LossFunction {
    let values = weights
    let weights = weights.map { Tensor($0) }
    return ofOneClass {
      $0.labelSmoothingCrossEntropy($1, epsilon: epsilon, weights: weights, reduction: $2)
    }.made(by: .labelSmoothingCrossEntropy) { ($0.weights, $0.labelSmoothing) = (values, epsilon) }
  }

  /// Focal loss with softmax: fastai's `FocalLossFlat`.
  ///
  /// - Parameters:
  ///   - gamma: How much less confident predictions count; 0 is cross entropy.
  ///   - weights: One weight per class (`weight`). As in fastai the mean is not weighted.
  /// - Returns: The loss, decoded to the most probable class.
  public static func focal(gamma: Double = 2, weights: [Float]? = nil) -> LossFunction {
    let values = weights
    let weights = weights.map { Tensor($0) }
    return ofOneClass { $0.focalLoss($1, gamma: gamma, weights: weights, reduction: $2) }
      .made(by: .focal) { ($0.weights, $0.gamma) = (values, gamma) }
  }

  private static func ofOneClass(
    _ compute: @escaping @Sendable (Tensor, Tensor, LossReduction) -> Tensor
  ) -> LossFunction {
    LossFunction(activation: { $0.softmax(axis: -1) }, decoding: .argmax, compute: compute)
  }
}
