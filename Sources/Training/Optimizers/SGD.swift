public import Tensors

/// fastai's stochastic gradient descent, with undampened momentum if it is not 0 at construction.
public struct SGD: UpdateRule {
  /// Default hyperparameters.
  public let defaults: Hyperparameters
  private let isDecoupled: Bool
  /// The average of the gradient; empty without momentum.
  public var stateNames: [String] { defaults.momentum == 0 ? [] : ["average"] }

  /// Creates the rule.
  ///
  /// - Parameters:
  ///   - momentum: Momentum (`mom`).
  ///   - weightDecay: Weight decay (`wd`).
  ///   - isDecoupled: Decay the weights instead of adding to the gradient (`decouple_wd`).
  public init(momentum: Double = 0, weightDecay: Double = 0, isDecoupled: Bool = true) {
    defaults = Hyperparameters(momentum: momentum, weightDecay: weightDecay)
    self.isDecoupled = isDecoupled
  }

  /// Updates a parameter in place.
  public func update(
    _ parameter: inout Tensor, gradient: Tensor, state: inout [Tensor], step: UpdateStep
  ) {
    let h = step.hyperparameters
    let values = SGDStep(
      decay: step.decay(isDecoupled: isDecoupled), learningRate: h.learningRate,
      momentum: h.momentum)
    parameter.sgdStep(values, gradient: gradient, state: &state)
  }
}

/// PyTorch's stochastic gradient descent, `torch.optim.SGD`: momentum with dampening, Nesterov's momentum, and weight
/// decay that is added to the gradient.
///
/// PyTorch also decays biases and normalization layers: create the learner with `decaysNormAndBias: true` for that.
///
/// Reference: Sutskever, Martens, Dahl and Hinton, "On the Importance of Initialization and Momentum in Deep Learning", 2013.
public struct TorchSGD: UpdateRule {
  /// Default hyperparameters.
  public let defaults: Hyperparameters
  private let dampening: Double
  private let isNesterov: Bool
  /// The average of the gradient; empty without momentum.
  public var stateNames: [String] { defaults.momentum == 0 ? [] : ["average"] }

  /// Creates the rule.
  ///
  /// - Parameters:
  ///   - momentum: Momentum.
  ///   - dampening: The gradient enters the average with the factor `1 − dampening`, except in the first step.
  ///   - weightDecay: Weight decay, added to the gradient (`weight_decay`).
  ///   - isNesterov: Nesterov's momentum (`nesterov`).
  /// - Precondition: Nesterov's momentum has momentum and no dampening.
  public init(
    momentum: Double = 0, dampening: Double = 0, weightDecay: Double = 0, isNesterov: Bool = false
  ) {
    precondition(
      !isNesterov || (momentum > 0 && dampening == 0),
      "Nesterov's momentum needs momentum and no dampening, not \(momentum) and \(dampening)")
    defaults = Hyperparameters(momentum: momentum, weightDecay: weightDecay)
    self.dampening = dampening
    self.isNesterov = isNesterov
  }

  /// Updates a parameter in place.
  public func update(
    _ parameter: inout Tensor, gradient: Tensor, state: inout [Tensor], step: UpdateStep
  ) {
    let h = step.hyperparameters
    let values = SGDStep(
      decay: step.decay(isDecoupled: false), learningRate: h.learningRate, momentum: h.momentum,
      gain: step.number == 1 ? 1 : 1 - dampening, isNesterov: isNesterov)
    parameter.sgdStep(values, gradient: gradient, state: &state)
  }
}
