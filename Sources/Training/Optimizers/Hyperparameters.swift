/// The hyperparameters of one parameter group; schedules may change them before each batch.
public struct Hyperparameters: Sendable, Equatable, Codable {
  /// Step size (`lr`).
  public var learningRate: Double
  /// Momentum of SGD, β₁ of Adam (`mom`).
  public var momentum: Double
  /// β₂ of Adam (`sqr_mom`).
  public var squareMomentum: Double
  /// Added to Adam's denominator (`eps`).
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
}
