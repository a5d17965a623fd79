public import Tensors

/// fastai's quasi-hyperbolic Adam: β₁ 0.999, β₂ 0.999, ν₁ 0.7, ν₂ 1, ε 1e-8, no weight decay.
///
/// Reference: Ma and Yarats, "Quasi-hyperbolic Momentum and Adam for Deep Learning", 2019.
public struct QHAdam: UpdateRule {
  /// Default hyperparameters.
  public let defaults: Hyperparameters
  /// The averages of the gradient and of its square.
  public let stateNames = ["average", "squareAverage"]
  private let nu: (Double, Double)
  private let isDecoupled: Bool

  /// Creates the rule.
  ///
  /// - Parameters:
  ///   - defaults: Default hyperparameters.
  ///   - nu: ν₁, the share of the average in the numerator, and ν₂, that of the average square in the denominator
  ///     (`nu_1`, `nu_2`).
  ///   - isDecoupled: Decay the weights instead of adding to the gradient (`decouple_wd`).
  public init(
    _ defaults: Hyperparameters = Hyperparameters(
      momentum: 0.999, squareMomentum: 0.999, epsilon: 1e-8, weightDecay: 0),
    nu: (Double, Double) = (0.7, 1), isDecoupled: Bool = true
  ) {
    self.defaults = defaults
    self.nu = nu
    self.isDecoupled = isDecoupled
  }

  /// Updates a parameter in place.
  public func update(
    _ parameter: inout Tensor, gradient: Tensor, state: inout [Tensor], step: UpdateStep
  ) {
    let h = step.hyperparameters
    let values = QHAdamStep(
      decay: step.decay(isDecoupled: isDecoupled), learningRate: h.learningRate,
      beta1: h.momentum, beta2: h.squareMomentum, nu1: nu.0, nu2: nu.1, epsilon: h.epsilon,
      step: step.number)
    parameter.qhAdamStep(values, gradient: gradient, state: &state)
  }
}
