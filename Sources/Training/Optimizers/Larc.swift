public import Tensors

/// fastai's LARC: SGD whose rate for each parameter is at most proportional to the ratio of the parameter's norm to the
/// gradient's; LARS without the limit (`clips: false`).
///
/// A parameter of zeros stays as it is, as in fastai.
///
/// Reference: You, Gitman and Ginsburg, "Large Batch Training of Convolutional Networks", 2017.
public struct Larc: UpdateRule {
  /// Default hyperparameters.
  public let defaults: Hyperparameters
  /// The average of the gradient; empty without momentum.
  public var stateNames: [String] { defaults.momentum == 0 ? [] : ["average"] }
  private let clips: Bool
  private let trustCoefficient: Double
  private let isDecoupled: Bool

  /// Creates the rule.
  ///
  /// - Parameters:
  ///   - momentum: Momentum; there is none if it is 0 here, whatever a schedule sets (`mom`).
  ///   - clips: Whether the learning rate is the highest local rate (`clip`); false for LARS.
  ///   - trustCoefficient: The local rate for a gradient as large as its parameter, as a fraction of the learning
  ///     rate (`trust_coeff`).
  ///   - epsilon: Added to the denominator of the local rate (`eps`).
  ///   - weightDecay: Weight decay (`wd`).
  ///   - isDecoupled: Decay the weights instead of adding to the gradient (`decouple_wd`).
  public init(
    momentum: Double = 0.9, clips: Bool = true, trustCoefficient: Double = 0.02,
    epsilon: Double = 1e-8, weightDecay: Double = 0, isDecoupled: Bool = true
  ) {
    defaults = Hyperparameters(momentum: momentum, epsilon: epsilon, weightDecay: weightDecay)
    self.clips = clips
    self.trustCoefficient = trustCoefficient
    self.isDecoupled = isDecoupled
  }

  /// Updates a parameter in place.
  public func update(
    _ parameter: inout Tensor, gradient: Tensor, state: inout [Tensor], step: UpdateStep
  ) {
    let h = step.hyperparameters
    let values = LARCStep(
      sgd: SGDStep(
        decay: step.decay(isDecoupled: isDecoupled), learningRate: h.learningRate,
        momentum: h.momentum), trustCoefficient: trustCoefficient, weightDecay: h.weightDecay,
      epsilon: h.epsilon, clips: clips)
    parameter.larcStep(values, gradient: gradient, state: &state)
  }
}
