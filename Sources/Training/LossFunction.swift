public import Tensors

/// What training makes small, and how the model's output becomes an answer.
public struct LossFunction: Sendable {
  /// The loss's name, as it is recorded.
  public let name: String
  private let compute: @Sendable (Tensor, Tensor, LossReduction) -> Tensor
  private let activate: @Sendable (Tensor) -> Tensor

  /// Makes a loss.
  ///
  /// - Parameters:
  ///   - name: How it is recorded.
  ///   - activation: From outputs to probabilities.
  ///   - compute: From outputs and targets to the loss.
  public init(
    name: String, activation: @escaping @Sendable (Tensor) -> Tensor,
    compute: @escaping @Sendable (Tensor, Tensor, LossReduction) -> Tensor
  ) {
    self.name = name
    self.compute = compute
    activate = activation
  }

  /// The loss of outputs against targets.
  public func callAsFunction(
    _ output: Tensor, _ targets: Tensor, reduction: LossReduction = .mean
  ) -> Tensor { compute(output, targets, reduction) }

  /// Probabilities from outputs.
  public func activation(_ output: Tensor) -> Tensor { activate(output) }

  /// Softmax and negative log likelihood: fastai's `CrossEntropyLossFlat`.
  public static func crossEntropy(weights: [Float]? = nil, labelSmoothing: Double = 0)
    -> LossFunction
  {
    let weights = weights.map { Tensor($0) }
    return LossFunction(name: "crossEntropy", activation: { $0.softmax(axis: -1) }) {
      $0.crossEntropy($1, weights: weights, labelSmoothing: labelSmoothing, reduction: $2)
    }
  }
}
