import Settings
import Training

/// The arguments of fastai's quasi-hyperbolic Adam.
struct QHAdamSettings: OptimizerChoice {
  static let name = "qhadam"
  static let summary = "fastai's quasi-hyperbolic Adam."

  var momentum = 0.999
  var squareMomentum = 0.999
  var epsilon = 1e-8
  var weightDecay = 0.0
  var nu1 = 0.7
  var nu2 = 1.0
  var isDecoupled = true

  static let fields: [SettingsField<Self>] = [
    .momentum(\.momentum, "β₁; a schedule may change it."),
    .squareMomentum(\.squareMomentum),
    .epsilon(\.epsilon),
    .weightDecay(\.weightDecay),
    SettingsField("nu_1", \.nu1, .fraction, "ν₁, the share of the average in the numerator."),
    SettingsField(
      "nu_2", \.nu2, .fraction, "ν₂, the share of the average square in the denominator."),
    .decoupled(\.isDecoupled),
  ]

  var rule: any UpdateRule {
    QHAdam(
      Hyperparameters(
        momentum: momentum, squareMomentum: squareMomentum, epsilon: epsilon,
        weightDecay: weightDecay), nu: (nu1, nu2), isDecoupled: isDecoupled)
  }
}

extension OptimizerSettings {
  /// fastai's quasi-hyperbolic Adam (`QHAdam`).
  ///
  /// - Parameters:
  ///   - momentum: β₁ (`mom`).
  ///   - squareMomentum: β₂ (`sqr_mom`).
  ///   - epsilon: Added to the denominator (`eps`).
  ///   - weightDecay: Weight decay (`wd`).
  ///   - nu1: The share of the average in the numerator (`nu_1`).
  ///   - nu2: The share of the average square in the denominator (`nu_2`).
  ///   - isDecoupled: Decay the weights instead of adding to the gradient (`decouple_wd`).
  /// - Returns: The settings of the optimizer.
  public static func qhadam(
    momentum: Double = 0.999, squareMomentum: Double = 0.999, epsilon: Double = 1e-8,
    weightDecay: Double = 0.0, nu1: Double = 0.7, nu2: Double = 1.0, isDecoupled: Bool = true
  ) -> OptimizerSettings {
    OptimizerSettings(
      QHAdamSettings(
        momentum: momentum, squareMomentum: squareMomentum, epsilon: epsilon,
        weightDecay: weightDecay, nu1: nu1, nu2: nu2, isDecoupled: isDecoupled))
  }
}
