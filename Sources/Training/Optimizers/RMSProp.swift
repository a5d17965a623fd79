public import Tensors

/// fastai's RMSProp: α 0.99, ε 1e-8, momentum of the gradient before it is divided by the root.
///
/// There is no bias correction. fastai ignores a given `eps`; this rule uses it.
///
/// Reference: Tieleman and Hinton, "Neural Networks for Machine Learning", lecture 6.5, 2012.
public struct RMSProp: UpdateRule {
  /// Default hyperparameters.
  public let defaults: Hyperparameters
  /// The average of the square, and that of the gradient with momentum.
  public let stateNames: [String]
  private let isDecoupled: Bool

  /// Creates the rule.
  ///
  /// - Parameters:
  ///   - momentum: Momentum; there is none if it is 0 here, whatever a schedule sets (`mom`).
  ///   - squareMomentum: α, the factor of the old average of the square (`sqr_mom`).
  ///   - epsilon: Added to the denominator (`eps`).
  ///   - weightDecay: Weight decay (`wd`).
  ///   - isDecoupled: Decay the weights instead of adding to the gradient (`decouple_wd`).
  public init(
    momentum: Double = 0, squareMomentum: Double = 0.99, epsilon: Double = 1e-8,
    weightDecay: Double = 0, isDecoupled: Bool = true
  ) {
    defaults = Hyperparameters(
      momentum: momentum, squareMomentum: squareMomentum, epsilon: epsilon, weightDecay: weightDecay
    )
    stateNames = ["squareAverage"] + (momentum == 0 ? [] : ["average"])
    self.isDecoupled = isDecoupled
  }

  /// Updates a parameter in place.
  public func update(
    _ parameter: inout Tensor, gradient: Tensor, state: inout [Tensor], step: UpdateStep
  ) {
    let values = step.rmsProp(
      isDecoupled: isDecoupled, dividesFirst: false, hasMomentum: defaults.momentum != 0,
      isCentered: false)
    parameter.rmsPropStep(values, gradient: gradient, state: &state)
  }
}

/// PyTorch's RMSprop, `torch.optim.RMSprop`: α 0.99, ε 1e-8, weight decay that is added to the gradient, momentum of the
/// gradient after it is divided by the root.
///
/// PyTorch also decays biases and normalization layers: create the learner with `decaysNormAndBias: true` for that.
public struct TorchRMSprop: UpdateRule {
  /// Default hyperparameters.
  public let defaults: Hyperparameters
  /// The average of the square, that of the divided gradient with momentum, and that of the gradient if centered.
  public let stateNames: [String]
  private let isCentered: Bool

  /// Creates the rule.
  ///
  /// - Parameters:
  ///   - alpha: The factor of the old average of the square.
  ///   - momentum: Momentum; there is none if it is 0 here, whatever a schedule sets.
  ///   - epsilon: Added to the denominator (`eps`).
  ///   - weightDecay: Weight decay, added to the gradient (`weight_decay`).
  ///   - isCentered: Divide by the standard deviation of the gradient instead of the root mean square (`centered`).
  public init(
    alpha: Double = 0.99, momentum: Double = 0, epsilon: Double = 1e-8, weightDecay: Double = 0,
    isCentered: Bool = false
  ) {
    defaults = Hyperparameters(
      momentum: momentum, squareMomentum: alpha, epsilon: epsilon, weightDecay: weightDecay)
    stateNames =
      ["squareAverage"] + (momentum == 0 ? [] : ["average"])
      + (isCentered ? ["gradientAverage"] : [])
    self.isCentered = isCentered
  }

  /// Updates a parameter in place.
  public func update(
    _ parameter: inout Tensor, gradient: Tensor, state: inout [Tensor], step: UpdateStep
  ) {
    let values = step.rmsProp(
      isDecoupled: false, dividesFirst: true, hasMomentum: defaults.momentum != 0,
      isCentered: isCentered)
    parameter.rmsPropStep(values, gradient: gradient, state: &state)
  }
}

extension UpdateStep {
  fileprivate func rmsProp(
    isDecoupled: Bool, dividesFirst: Bool, hasMomentum: Bool, isCentered: Bool
  ) -> RMSPropStep {
    let h = hyperparameters
    return RMSPropStep(
      decay: decay(isDecoupled: isDecoupled), learningRate: h.learningRate, momentum: h.momentum,
      squareMomentum: h.squareMomentum, epsilon: h.epsilon, dividesFirst: dividesFirst,
      hasMomentum: hasMomentum, isCentered: isCentered)
  }
}
