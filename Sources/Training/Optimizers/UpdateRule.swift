public import Tensors

/// The update of one parameter in one step.
///
/// fastai's rules keep its names (`SGD`, `Adam`, `RMSProp`, `RAdam`, `QHAdam`, `Larc`, `Lamb`, `Lookahead`); PyTorch's,
/// which differ in defaults, weight decay or formula, start with `Torch`.
///
///     struct PlainSGD: UpdateRule {
///       let defaults = Hyperparameters(learningRate: 0.1, weightDecay: 0)
///       let stateNames: [String] = []
///       func update(
///         _ parameter: inout Tensor, gradient: Tensor, state: inout [Tensor], step: UpdateStep
///       ) {
///         let rate = step.hyperparameters.learningRate * step.gradientScale
///         parameter = parameter - gradient * Float(rate)
///       }
///     }
public protocol UpdateRule: Sendable {
  /// Default hyperparameters.
  var defaults: Hyperparameters { get }
  /// Names of the state tensors of each parameter, which have the parameter's shape.
  ///
  /// They are saved with the training state, so all that a step leaves for the next has to be in them.
  var stateNames: [String] { get }
  /// Updates a parameter in place.
  ///
  /// - Parameters:
  ///   - parameter: The parameter to update.
  ///   - gradient: Its gradient, not yet multiplied by `step.gradientScale`.
  ///   - state: The state tensors in the order of `stateNames`; zeros in the first step.
  ///   - step: Hyperparameters and the number of the step.
  func update(
    _ parameter: inout Tensor, gradient: Tensor, state: inout [Tensor], step: UpdateStep)
}

/// What an update rule needs to know about a step of one parameter.
public struct UpdateStep: Sendable {
  /// The current hyperparameters of the parameter's group.
  public var hyperparameters: Hyperparameters
  /// Number of this step for this parameter, from 1.
  public var number: Int
  /// Factor to apply to the gradient (gradient clipping).
  public var gradientScale: Double
  /// Whether weight decay applies to this parameter; by default not to biases and normalization layers (`do_wd`).
  public var appliesDecay: Bool

  /// Creates a step.
  public init(
    _ hyperparameters: Hyperparameters, number: Int, gradientScale: Double = 1,
    appliesDecay: Bool = true
  ) {
    self.hyperparameters = hyperparameters
    self.number = number
    self.gradientScale = gradientScale
    self.appliesDecay = appliesDecay
  }

  /// The weight decay to apply: 0 for parameters that do not decay.
  public var weightDecay: Double { appliesDecay ? hyperparameters.weightDecay : 0 }

  func decay(isDecoupled: Bool) -> StepDecay {
    StepDecay(
      learningRate: hyperparameters.learningRate, weightDecay: weightDecay,
      isDecoupled: isDecoupled, gradientScale: gradientScale)
  }

  func adam(isDecoupled: Bool) -> AdamStep {
    AdamStep(
      decay: decay(isDecoupled: isDecoupled), learningRate: hyperparameters.learningRate,
      beta1: hyperparameters.momentum, beta2: hyperparameters.squareMomentum,
      epsilon: hyperparameters.epsilon, step: number)
  }
}
