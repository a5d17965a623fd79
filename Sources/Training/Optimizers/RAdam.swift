public import Tensors

/// fastai's rectified Adam: β₁ 0.9, β₂ 0.99, ε 1e-5, no weight decay.
///
/// In the first steps, while the variance of the adaptive rate is too large, the average is not divided by the root.
///
/// Reference: Liu, Jiang, He, Chen, Liu, Gao and Han, "On the Variance of the Adaptive Learning Rate and Beyond", 2020.
public struct RAdam: UpdateRule {
  /// Default hyperparameters.
  public let defaults: Hyperparameters
  /// The averages of the gradient and of its square.
  public let stateNames = ["average", "squareAverage"]
  private let beta: Double
  private let isDecoupled: Bool

  /// Creates the rule.
  ///
  /// - Parameters:
  ///   - defaults: Default hyperparameters.
  ///   - beta: β of a softplus of the denominator; 0 for none (`beta`).
  ///   - isDecoupled: Decay the weights instead of adding to the gradient (`decouple_wd`).
  public init(
    _ defaults: Hyperparameters = Hyperparameters(weightDecay: 0), beta: Double = 0,
    isDecoupled: Bool = true
  ) {
    self.defaults = defaults
    self.beta = beta
    self.isDecoupled = isDecoupled
  }

  /// Updates a parameter in place.
  public func update(
    _ parameter: inout Tensor, gradient: Tensor, state: inout [Tensor], step: UpdateStep
  ) {
    var values = step.adam(isDecoupled: isDecoupled)
    values.rectify()
    values.softplus = beta
    parameter.adamStep(values, gradient: gradient, state: &state)
  }
}

/// PyTorch's rectified Adam, `torch.optim.RAdam`: β₁ 0.9, β₂ 0.999, ε 1e-8, no weight decay.
///
/// ε is added to the root before its bias correction. PyTorch also decays biases and normalization layers: create the
/// learner with `decaysNormAndBias: true` for that.
public struct TorchRAdam: UpdateRule {
  /// Default hyperparameters.
  public let defaults: Hyperparameters
  /// The averages of the gradient and of its square.
  public let stateNames = ["average", "squareAverage"]
  private let isDecoupled: Bool

  /// Creates the rule.
  ///
  /// - Parameters:
  ///   - betas: β₁ and β₂.
  ///   - epsilon: Added to the denominator (`eps`).
  ///   - weightDecay: Weight decay (`weight_decay`).
  ///   - isDecoupled: Decay the weights instead of adding to the gradient (`decoupled_weight_decay`).
  public init(
    betas: (Double, Double) = (0.9, 0.999), epsilon: Double = 1e-8, weightDecay: Double = 0,
    isDecoupled: Bool = false
  ) {
    defaults = Hyperparameters(
      momentum: betas.0, squareMomentum: betas.1, epsilon: epsilon, weightDecay: weightDecay)
    self.isDecoupled = isDecoupled
  }

  /// Updates a parameter in place.
  public func update(
    _ parameter: inout Tensor, gradient: Tensor, state: inout [Tensor], step: UpdateStep
  ) {
    var values = step.adam(isDecoupled: isDecoupled)
    values.rectify()
    values.addEpsilonToRoot()
    parameter.adamStep(values, gradient: gradient, state: &state)
  }
}
