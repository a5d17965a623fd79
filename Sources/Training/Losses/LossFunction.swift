public import Tensors

/// A loss to minimize, and the activation that turns the model's outputs into probabilities.
public struct LossFunction: Sendable {
  private let compute: @Sendable (Tensor, Tensor, LossReduction) -> Tensor
  private let activate: @Sendable (Tensor) -> Tensor

  /// Creates a loss.
  ///
  /// - Parameters:
  ///   - activation: Maps outputs to probabilities (`activation`).
  ///   - compute: Maps outputs and targets to the loss.
  public init(
    activation: @escaping @Sendable (Tensor) -> Tensor,
    compute: @escaping @Sendable (Tensor, Tensor, LossReduction) -> Tensor
  ) {
    self.compute = compute
    activate = activation
  }

  /// Computes the loss of outputs against targets.
  public func callAsFunction(
    _ output: Tensor, _ targets: Tensor, reduction: LossReduction = .mean
  ) -> Tensor { compute(output, targets, reduction) }

  /// Computes probabilities from outputs.
  public func activation(_ output: Tensor) -> Tensor { activate(output) }

  /// Cross entropy with softmax (fastai's `CrossEntropyLossFlat`).
  ///
  /// - Parameters:
  ///   - weights: One weight per class (`weight`).
  ///   - labelSmoothing: Fraction of the target spread over all classes, as in PyTorch
  ///     (`label_smoothing`).
  /// - Returns: The loss, with softmax as its activation.
  public static func crossEntropy(weights: [Float]? = nil, labelSmoothing: Double = 0)
    -> LossFunction
  {
    let weights = weights.map { Tensor($0) }
    return LossFunction(activation: { $0.softmax(axis: -1) }) {
      $0.crossEntropy($1, weights: weights, labelSmoothing: labelSmoothing, reduction: $2)
    }
  }
}
