/// The hyperparameters of one parameter group; schedules may change them before each batch.
///
/// What no schedule changes, such as QHAdam's ν, is a constant of the update rule.
public struct Hyperparameters: Sendable, Equatable, Codable {
  /// Step size (`lr`).
  public var learningRate: Double
  /// Momentum of SGD, β₁ of Adam (`mom`).
  public var momentum: Double
  /// β₂ of Adam, α of RMSprop (`sqr_mom`).
  public var squareMomentum: Double
  /// Added to the denominator (`eps`).
  public var epsilon: Double
  /// Weight decay (`wd`).
  public var weightDecay: Double

  /// Creates hyperparameters; the defaults are those of fastai's Adam.
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

  /// The value of a hyperparameter by its name.
  public subscript(name: Hyperparameter) -> Double {
    get { self[keyPath: name.keyPath] }
    set { self[keyPath: name.keyPath] = newValue }
  }
}

/// The name of a hyperparameter.
public enum Hyperparameter: String, Sendable, CaseIterable, Codable {
  /// Step size (`lr`).
  case learningRate
  /// Momentum of SGD, β₁ of Adam (`mom`).
  case momentum
  /// β₂ of Adam, α of RMSprop (`sqr_mom`).
  case squareMomentum
  /// Added to the denominator (`eps`).
  case epsilon
  /// Weight decay (`wd`).
  case weightDecay

  var keyPath: WritableKeyPath<Hyperparameters, Double> {
    switch self {
    case .learningRate: \.learningRate
    case .momentum: \.momentum
    case .squareMomentum: \.squareMomentum
    case .epsilon: \.epsilon
    case .weightDecay: \.weightDecay
    }
  }
}
