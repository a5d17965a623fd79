import Settings
import Training

/// The arguments of fastai's rectified Adam.
struct RAdamSettings: OptimizerChoice {
  static let name = "radam"
  static let summary = "fastai's rectified Adam."

  var momentum = 0.9
  var squareMomentum = 0.99
  var epsilon = 1e-5
  var weightDecay = 0.0
  var beta = 0.0
  var isDecoupled = true

  static let fields: [SettingsField<Self>] = [
    .momentum(\.momentum, "β₁; a schedule may change it."),
    .squareMomentum(\.squareMomentum),
    .epsilon(\.epsilon),
    .weightDecay(\.weightDecay),
    .softplus(\.beta),
    .decoupled(\.isDecoupled),
  ]

  var rule: any UpdateRule {
    RAdam(
      Hyperparameters(
        momentum: momentum, squareMomentum: squareMomentum, epsilon: epsilon,
        weightDecay: weightDecay), beta: beta, isDecoupled: isDecoupled)
  }
}

extension OptimizerSettings {
  /// fastai's rectified Adam (`RAdam`).
  ///
  /// - Parameters:
  ///   - momentum: β₁ (`mom`).
  ///   - squareMomentum: β₂ (`sqr_mom`).
  ///   - epsilon: Added to the denominator (`eps`).
  ///   - weightDecay: Weight decay (`wd`).
  ///   - beta: β of a softplus of the denominator; 0 for none (`beta`).
  ///   - isDecoupled: Decay the weights instead of adding to the gradient (`decouple_wd`).
  /// - Returns: The settings of the optimizer.
  public static func radam(
    momentum: Double = 0.9, squareMomentum: Double = 0.99, epsilon: Double = 1e-5,
    weightDecay: Double = 0.0, beta: Double = 0.0, isDecoupled: Bool = true
  ) -> OptimizerSettings {
    OptimizerSettings(
      RAdamSettings(
        momentum: momentum, squareMomentum: squareMomentum, epsilon: epsilon,
        weightDecay: weightDecay, beta: beta, isDecoupled: isDecoupled))
  }
}
