public import Tensors

/// The numbers that steer one parameter group; schedules change them from batch to batch.
public struct Hyperparameters: Sendable, Equatable, Codable {
  /// Step size.
  public var learningRate: Double
  /// Momentum of SGD; β₁ of Adam.
  public var momentum: Double
  /// β₂ of Adam.
  public var squareMomentum: Double
  /// Keeps Adam's denominator away from zero.
  public var epsilon: Double
  /// Share of a weight that is taken away per unit of learning rate.
  public var weightDecay: Double

  /// Makes a set of numbers.
  public init(
    learningRate: Double = 1e-3, momentum: Double = 0.9, squareMomentum: Double = 0.99,
    epsilon: Double = 1e-5, weightDecay: Double = 0.01
  ) {
    self.learningRate = learningRate
    self.momentum = momentum
    self.squareMomentum = squareMomentum
    self.epsilon = epsilon
    self.weightDecay = weightDecay
  }
}

/// How one parameter takes one step.
public protocol UpdateRule: Sendable {
  /// The rule's name, as it is recorded.
  var name: String { get }
  /// Hyperparameters unless somebody sets others.
  var defaults: Hyperparameters { get }
  /// Names of the tensors kept beside each parameter, each of the parameter's shape.
  var stateNames: [String] { get }
  /// Changes a parameter.
  ///
  /// - Parameters:
  ///   - parameter: What changes, in place.
  ///   - gradient: Its gradient, before `gradientScale`.
  ///   - state: The tensors kept, in the order of `stateNames`.
  ///   - hyperparameters: The group's numbers now.
  ///   - step: Steps that this parameter has taken, counted from 1.
  ///   - gradientScale: A factor that the gradient is to be multiplied by (clipping).
  func update(
    _ parameter: inout Tensor, gradient: Tensor, state: inout [Tensor],
    hyperparameters: Hyperparameters, step: Int, gradientScale: Double)
}

/// fastai's Adam: β 0.9 and 0.99, ε 1e-5, decoupled weight decay 0.01.
public struct Adam: UpdateRule {
  /// "adam".
  public let name = "adam"
  /// fastai's.
  public let defaults: Hyperparameters
  /// Decay the weights themselves (AdamW) rather than add to the gradient.
  public let isDecoupled: Bool
  /// Averages of the gradient and of its square.
  public let stateNames = ["average", "squareAverage"]

  /// Makes the rule.
  public init(_ defaults: Hyperparameters = Hyperparameters(), isDecoupled: Bool = true) {
    self.defaults = defaults
    self.isDecoupled = isDecoupled
  }

  /// See `UpdateRule`.
  public func update(
    _ parameter: inout Tensor, gradient: Tensor, state: inout [Tensor],
    hyperparameters h: Hyperparameters, step: Int, gradientScale: Double
  ) {
    let values = AdamStep(
      learningRate: h.learningRate, beta1: h.momentum, beta2: h.squareMomentum, epsilon: h.epsilon,
      weightDecay: h.weightDecay, isDecoupled: isDecoupled, step: step,
      gradientScale: gradientScale)
    var (average, square) = (state[0], state[1])
    state = []  // so that the averages are held once, and change in place
    parameter.adamStep(values, gradient: gradient, average: &average, squareAverage: &square)
    state = [average, square]
  }
}

/// Stochastic gradient descent, with momentum where it is not 0 at the start.
public struct SGD: UpdateRule {
  /// "sgd".
  public let name = "sgd"
  /// Momentum 0, weight decay 0 unless set.
  public let defaults: Hyperparameters
  /// Decay the weights themselves rather than add to the gradient.
  public let isDecoupled: Bool
  /// The undampened average of gradients, if there is momentum.
  public var stateNames: [String] { defaults.momentum == 0 ? [] : ["average"] }

  /// Makes the rule.
  public init(momentum: Double = 0, weightDecay: Double = 0, isDecoupled: Bool = true) {
    defaults = Hyperparameters(momentum: momentum, weightDecay: weightDecay)
    self.isDecoupled = isDecoupled
  }

  /// See `UpdateRule`.
  public func update(
    _ parameter: inout Tensor, gradient: Tensor, state: inout [Tensor],
    hyperparameters h: Hyperparameters, step: Int, gradientScale: Double
  ) {
    let values = SGDStep(
      learningRate: h.learningRate, momentum: h.momentum, weightDecay: h.weightDecay,
      isDecoupled: isDecoupled, gradientScale: gradientScale)
    var average = state.first
    state = []
    parameter.sgdStep(values, gradient: gradient, average: &average)
    state = average.map { [$0] } ?? []
  }
}
