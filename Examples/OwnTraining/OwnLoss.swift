import Lightbox

extension LossFunction {
  /// Poly-1 cross entropy: `ce + epsilon · (1 − p)`, where p is the probability of the true class.
  ///
  /// A loss maps outputs and targets to one number per item, and reduces them as asked: training wants the mean,
  /// MixUp and top losses want `none`. Operations on tensors are differentiated by themselves. The activation turns
  /// outputs into the probabilities that metrics and predictions see.
  ///
  /// Reference: Leng et al., "PolyLoss: A Polynomial Expansion Perspective of Classification Loss Functions", ICLR 2022.
  static func poly1(epsilon: Float = 1) -> LossFunction {
    LossFunction(activation: { $0.softmax(axis: -1) }) { output, targets, reduction in
      let crossEntropy = output.crossEntropy(targets, reduction: .none)
      let probability = (crossEntropy * -1).exp()
      let losses = crossEntropy + (probability * -1 + 1) * epsilon
      return switch reduction {
      case .mean: losses.mean()
      case .sum: losses.sum()
      case .none: losses
      }
    }
  }
}
