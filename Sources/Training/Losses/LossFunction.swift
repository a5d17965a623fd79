public import Tensors

/// A loss to minimize, with the activation and the decoding that belong to it.
///
///     let ordinal = LossFunction(activation: { $0.sigmoid() }, decoding: .threshold(0.5)) {
///       output, targets, reduction in output.sigmoid().mseLoss(targets, reduction: reduction)
///     }
///
/// Prediction, evaluation and interpretation use the loss's own activation and decoding.
public struct LossFunction: Sendable {
  /// How probabilities become an answer (`decodes`).
  public let decoding: LossDecoding
  /// Which built-in loss it is; nil for one of your own.
  package internal(set) var recipe: LossRecipe?
  private let compute: @Sendable (Tensor, Tensor, LossReduction) -> Tensor
  private let activate: @Sendable (Tensor) -> Tensor

  /// Creates a loss.
  ///
  /// - Parameters:
  ///   - activation: Maps outputs to probabilities (`activation`).
  ///   - decoding: Maps probabilities to the answer (`decodes`). Default: the most probable class.
  ///   - compute: Maps outputs and targets to the loss: a scalar, or with `LossReduction.none` one value per item or
  ///     per output.
  public init(
    activation: @escaping @Sendable (Tensor) -> Tensor, decoding: LossDecoding = .argmax,
    compute: @escaping @Sendable (Tensor, Tensor, LossReduction) -> Tensor
  ) {
    self.compute = compute
    self.decoding = decoding
    activate = activation
  }

  /// Computes the loss of outputs against targets.
  public func callAsFunction(
    _ output: Tensor, _ targets: Tensor, reduction: LossReduction = .mean
  ) -> Tensor { compute(output, targets, reduction) }

  /// One loss per item: the mean over its outputs where the loss has one value per output.
  package func perItem(_ output: Tensor, _ targets: Tensor) -> Tensor {
    let losses = compute(output, targets, .none)
    return losses.rank > 1 ? losses.mean(axes: Array(1..<losses.rank)) : losses
  }

  /// Computes probabilities from outputs.
  public func activation(_ output: Tensor) -> Tensor { activate(output) }

  /// The answer for rows of probabilities (`decodes`).
  ///
  /// - Parameter probabilities: `[items, outputs]`, from `activation`.
  /// - Returns: int64 class indices, `[items]`; of labels that are each present or not, 1 and 0, `[items, outputs]`; of a
  ///   regression the values themselves.
  public func decodes(_ probabilities: Tensor) -> Tensor {
    switch decoding {
    case .argmax: probabilities.argmax(axis: -1)
    case .classIndex(let rule):
      Tensor(
        (0..<probabilities.shape[0]).map { row -> Int64 in
          Int64(rule(probabilities[row].floatScalars))
        })
    case .threshold(let threshold):
      Tensor(
        probabilities.floatScalars.map { Float($0 > threshold ? 1 : 0) }, shape: probabilities.shape
      )
    case .identity: probabilities
    }
  }
}
