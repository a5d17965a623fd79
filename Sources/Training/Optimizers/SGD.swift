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
    _ parameter: inout Tensor, gradient: Tensor, state: inout [Tensor],
    hyperparameters h: Hyperparameters, step: Int, gradientScale: Double
  ) {
    let values = SGDStep(
      learningRate: h.learningRate, momentum: h.momentum, weightDecay: h.weightDecay,
      isDecoupled: isDecoupled, gradientScale: gradientScale)
    var average = state.first
    state = []  // Drop the second reference so that the average is updated in place.
    parameter.sgdStep(values, gradient: gradient, average: &average)
    state = average.map { [$0] } ?? []
  }
}
