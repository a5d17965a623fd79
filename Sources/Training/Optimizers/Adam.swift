public import Tensors

/// fastai's Adam: β₁ 0.9, β₂ 0.99, ε 1e-5, decoupled weight decay 0.01.
///
/// Reference: Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015; Loshchilov and Hutter,
/// "Decoupled Weight Decay Regularization", 2019.
public struct Adam: UpdateRule {
  /// Default hyperparameters.
  public let defaults: Hyperparameters
  /// The averages of the gradient and of its square.
  public let stateNames = ["average", "squareAverage"]
  private let isDecoupled: Bool

  /// Creates the rule.
  ///
  /// - Parameters:
  ///   - defaults: Default hyperparameters.
  ///   - isDecoupled: Decay the weights (AdamW) instead of adding to the gradient (`decouple_wd`).
  public init(_ defaults: Hyperparameters = Hyperparameters(), isDecoupled: Bool = true) {
    self.defaults = defaults
    self.isDecoupled = isDecoupled
  }

  /// Updates a parameter in place.
  public func update(
    _ parameter: inout Tensor, gradient: Tensor, state: inout [Tensor],
    hyperparameters h: Hyperparameters, step: Int, gradientScale: Double
  ) {
    let values = AdamStep(
      learningRate: h.learningRate, beta1: h.momentum, beta2: h.squareMomentum, epsilon: h.epsilon,
      weightDecay: h.weightDecay, isDecoupled: isDecoupled, step: step,
      gradientScale: gradientScale)
    var (average, square) = (state[0], state[1])
    state = []  // Drop the second reference so that the averages are updated in place.
    parameter.adamStep(values, gradient: gradient, average: &average, squareAverage: &square)
    state = [average, square]
  }
}
