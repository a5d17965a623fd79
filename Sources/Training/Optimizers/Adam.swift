public import Tensors

/// fastai's Adam: β₁ 0.9, β₂ 0.99, ε 1e-5, decoupled weight decay 0.01.
///
/// The bias correction uses the current β₁, which schedules may change.
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
    _ parameter: inout Tensor, gradient: Tensor, state: inout [Tensor], step: UpdateStep
  ) {
    parameter.adamStep(step.adam(isDecoupled: isDecoupled), gradient: gradient, state: &state)
  }
}

/// PyTorch's Adam, `torch.optim.Adam`: β₁ 0.9, β₂ 0.999, ε 1e-8, weight decay that is added to the gradient.
///
/// PyTorch also decays biases and normalization layers: create the learner with `decaysNormAndBias: true` for that.
public struct TorchAdam: UpdateRule {
  /// Default hyperparameters.
  public let defaults: Hyperparameters
  /// The averages of the gradient and of its square, and the maximum of the latter with AMSGrad.
  public let stateNames: [String]

  /// Creates the rule.
  ///
  /// - Parameters:
  ///   - betas: β₁ and β₂.
  ///   - epsilon: Added to the denominator (`eps`).
  ///   - weightDecay: Weight decay, added to the gradient (`weight_decay`).
  ///   - isAMSGrad: Divide by the maximum of the averages of the square so far (`amsgrad`).
  public init(
    betas: (Double, Double) = (0.9, 0.999), epsilon: Double = 1e-8, weightDecay: Double = 0,
    isAMSGrad: Bool = false
  ) {
    defaults = Hyperparameters(
      momentum: betas.0, squareMomentum: betas.1, epsilon: epsilon, weightDecay: weightDecay)
    stateNames = ["average", "squareAverage"] + (isAMSGrad ? ["maximumSquareAverage"] : [])
  }

  /// Updates a parameter in place.
  public func update(
    _ parameter: inout Tensor, gradient: Tensor, state: inout [Tensor], step: UpdateStep
  ) {
    parameter.adamStep(step.adam(isDecoupled: false), gradient: gradient, state: &state)
  }
}

/// PyTorch's Adam with decoupled weight decay, `torch.optim.AdamW`: β₁ 0.9, β₂ 0.999, ε 1e-8, weight decay 0.01.
///
/// PyTorch also decays biases and normalization layers: create the learner with `decaysNormAndBias: true` for that.
public struct TorchAdamW: UpdateRule {
  /// Default hyperparameters.
  public let defaults: Hyperparameters
  /// The averages of the gradient and of its square, and the maximum of the latter with AMSGrad.
  public let stateNames: [String]

  /// Creates the rule.
  ///
  /// - Parameters:
  ///   - betas: β₁ and β₂.
  ///   - epsilon: Added to the denominator (`eps`).
  ///   - weightDecay: Decoupled weight decay (`weight_decay`).
  ///   - isAMSGrad: Divide by the maximum of the averages of the square so far (`amsgrad`).
  public init(
    betas: (Double, Double) = (0.9, 0.999), epsilon: Double = 1e-8, weightDecay: Double = 0.01,
    isAMSGrad: Bool = false
  ) {
    let adam = TorchAdam(
      betas: betas, epsilon: epsilon, weightDecay: weightDecay, isAMSGrad: isAMSGrad)
    defaults = adam.defaults
    stateNames = adam.stateNames
  }

  /// Updates a parameter in place.
  public func update(
    _ parameter: inout Tensor, gradient: Tensor, state: inout [Tensor], step: UpdateStep
  ) {
    parameter.adamStep(step.adam(isDecoupled: true), gradient: gradient, state: &state)
  }
}
