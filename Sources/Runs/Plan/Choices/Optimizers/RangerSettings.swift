import Settings
import Training

/// The arguments of fastai's `ranger`.
struct RangerSettings: OptimizerChoice {
  static let name = "ranger"
  static let summary = "Lookahead over RAdam (fastai's ranger)."

  var momentum = 0.95
  var squareMomentum = 0.99
  var epsilon = 1e-6
  var weightDecay = 0.01
  var k = 6
  var alpha = 0.5
  var beta = 0.0
  var isDecoupled = true

  static let fields: [SettingsField<Self>] = [
    .momentum(\.momentum, "β₁; a schedule may change it."),
    .squareMomentum(\.squareMomentum),
    .epsilon(\.epsilon),
    .weightDecay(\.weightDecay),
    .lookaheadSteps(\.k),
    .lookaheadFactor(\.alpha),
    .softplus(\.beta),
    .decoupled(\.isDecoupled),
  ]

  var rule: any UpdateRule {
    Lookahead.ranger(
      momentum: momentum, squareMomentum: squareMomentum, epsilon: epsilon,
      weightDecay: weightDecay, k: k, alpha: alpha, beta: beta, isDecoupled: isDecoupled)
  }
}

extension OptimizerSettings {
  /// Lookahead over RAdam (`ranger`).
  ///
  /// - Parameters:
  ///   - momentum: β₁ (`mom`).
  ///   - squareMomentum: β₂ (`sqr_mom`).
  ///   - epsilon: Added to the denominator (`eps`).
  ///   - weightDecay: Weight decay (`wd`).
  ///   - k: Number of steps after which the slow weights move.
  ///   - alpha: The part of the way that the slow weights move.
  ///   - beta: β of a softplus of the denominator; 0 for none (`beta`).
  ///   - isDecoupled: Decay the weights instead of adding to the gradient (`decouple_wd`).
  /// - Returns: The settings of the optimizer.
  public static func ranger(
    momentum: Double = 0.95, squareMomentum: Double = 0.99, epsilon: Double = 1e-6,
    weightDecay: Double = 0.01, k: Int = 6, alpha: Double = 0.5, beta: Double = 0.0,
    isDecoupled: Bool = true
  ) -> OptimizerSettings {
    OptimizerSettings(
      RangerSettings(
        momentum: momentum, squareMomentum: squareMomentum, epsilon: epsilon,
        weightDecay: weightDecay, k: k, alpha: alpha, beta: beta, isDecoupled: isDecoupled))
  }
}
