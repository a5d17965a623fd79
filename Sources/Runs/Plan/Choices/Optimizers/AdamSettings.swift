import Settings
import Training

/// The arguments of fastai's Adam.
struct AdamSettings: OptimizerChoice {
  static let name = "adam"
  static let summary = "fastai's Adam, with decoupled weight decay (AdamW)."

  var momentum = 0.9
  var squareMomentum = 0.99
  var epsilon = 1e-5
  var weightDecay = 0.01
  var isDecoupled = true

  static let fields: [SettingsField<Self>] = [
    .momentum(\.momentum, "β₁; a schedule may change it."),
    .squareMomentum(\.squareMomentum),
    .epsilon(\.epsilon),
    .weightDecay(\.weightDecay),
    .decoupled(\.isDecoupled),
  ]

  var rule: any UpdateRule {
    Adam(
      Hyperparameters(
        momentum: momentum, squareMomentum: squareMomentum, epsilon: epsilon,
        weightDecay: weightDecay), isDecoupled: isDecoupled)
  }
}

extension OptimizerSettings {
  /// fastai's Adam (`Adam`).
  ///
  /// - Parameters:
  ///   - momentum: β₁ (`mom`).
  ///   - squareMomentum: β₂ (`sqr_mom`).
  ///   - epsilon: Added to the denominator (`eps`).
  ///   - weightDecay: Weight decay (`wd`).
  ///   - isDecoupled: Decay the weights instead of adding to the gradient (`decouple_wd`).
  /// - Returns: The settings of the optimizer.
  public static func adam(
    momentum: Double = 0.9, squareMomentum: Double = 0.99, epsilon: Double = 1e-5,
    weightDecay: Double = 0.01, isDecoupled: Bool = true
  ) -> OptimizerSettings {
    OptimizerSettings(
      AdamSettings(
        momentum: momentum, squareMomentum: squareMomentum, epsilon: epsilon,
        weightDecay: weightDecay, isDecoupled: isDecoupled))
  }
}
