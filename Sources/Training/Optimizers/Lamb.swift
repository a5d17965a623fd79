public import Tensors

/// fastai's LAMB: β₁ 0.9, β₂ 0.99, ε 1e-5, no weight decay.
///
/// The step of each parameter is scaled by the ratio of the parameter's norm to the step's, at most 10. A parameter of zeros, such as a new bias, has the ratio 1.
///
/// Reference: You et al., "Large Batch Optimization for Deep Learning: Training BERT in 76 Minutes", 2020.
public struct Lamb: UpdateRule {
  /// Default hyperparameters.
  public let defaults: Hyperparameters
  /// The averages of the gradient and of its square.
  public let stateNames = ["average", "squareAverage"]
  private let isDecoupled: Bool

  /// Creates the rule.
  ///
  /// - Parameters:
  ///   - defaults: Default hyperparameters.
  ///   - isDecoupled: Decay the weights instead of adding to the gradient (`decouple_wd`).
  public init(
    _ defaults: Hyperparameters = Hyperparameters(weightDecay: 0), isDecoupled: Bool = true
  ) {
    self.defaults = defaults
    self.isDecoupled = isDecoupled
  }

  /// Updates a parameter in place.
  public func update(
    _ parameter: inout Tensor, gradient: Tensor, state: inout [Tensor], step: UpdateStep
  ) {
    parameter.lambStep(step.adam(isDecoupled: isDecoupled), gradient: gradient, state: &state)
  }
}
