import Settings
import Training

/// The arguments of fastai's LAMB.
struct LambSettings: OptimizerChoice {
  static let name = "lamb"
  static let summary = "fastai's LAMB: Adam whose steps are scaled by the norm of each parameter."

  var momentum = 0.9
  var squareMomentum = 0.99
  var epsilon = 1e-5
  var weightDecay = 0.0
  var isDecoupled = true

  static let fields: [SettingsField<Self>] = [
    .momentum(\.momentum, "β₁; a schedule may change it."),
    .squareMomentum(\.squareMomentum),
    .epsilon(\.epsilon),
    .weightDecay(\.weightDecay),
    .decoupled(\.isDecoupled),
  ]

  var rule: any UpdateRule {
    Lamb(
      Hyperparameters(
        momentum: momentum, squareMomentum: squareMomentum, epsilon: epsilon,
        weightDecay: weightDecay), isDecoupled: isDecoupled)
  }
}

extension OptimizerSettings {
  /// fastai's LAMB (`Lamb`).
  ///
  /// - Parameters:
  ///   - momentum: β₁ (`mom`).
  ///   - squareMomentum: β₂ (`sqr_mom`).
  ///   - epsilon: Added to the denominator (`eps`).
  ///   - weightDecay: Weight decay (`wd`).
  ///   - isDecoupled: Decay the weights instead of adding to the gradient (`decouple_wd`).
  /// - Returns: The settings of the optimizer.
  public static func lamb(
    momentum: Double = 0.9, squareMomentum: Double = 0.99, epsilon: Double = 1e-5,
    weightDecay: Double = 0.0, isDecoupled: Bool = true
  ) -> OptimizerSettings {
    OptimizerSettings(
      LambSettings(
        momentum: momentum, squareMomentum: squareMomentum, epsilon: epsilon,
        weightDecay: weightDecay, isDecoupled: isDecoupled))
  }
}
