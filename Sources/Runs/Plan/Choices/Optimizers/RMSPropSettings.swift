import Settings
import Training

/// The arguments of fastai's RMSProp.
struct RMSPropSettings: OptimizerChoice {
  static let name = "rmsprop"
  static let summary = "fastai's RMSProp, with momentum if it is not 0."

  var momentum = 0.0
  var squareMomentum = 0.99
  var epsilon = 1e-8
  var weightDecay = 0.0
  var isDecoupled = true

  static let fields: [SettingsField<Self>] = [
    .momentum(\.momentum, "Momentum; a schedule may change it, unless it is 0."),
    .squareMomentum(\.squareMomentum, "α, the factor of the old average of the square."),
    .epsilon(\.epsilon),
    .weightDecay(\.weightDecay),
    .decoupled(\.isDecoupled),
  ]

  var rule: any UpdateRule {
    RMSProp(
      momentum: momentum, squareMomentum: squareMomentum, epsilon: epsilon,
      weightDecay: weightDecay, isDecoupled: isDecoupled)
  }
}

extension OptimizerSettings {
  /// fastai's RMSProp (`RMSProp`).
  ///
  /// - Parameters:
  ///   - momentum: Momentum; none if it is 0 (`mom`).
  ///   - squareMomentum: α (`sqr_mom`).
  ///   - epsilon: Added to the denominator (`eps`).
  ///   - weightDecay: Weight decay (`wd`).
  ///   - isDecoupled: Decay the weights instead of adding to the gradient (`decouple_wd`).
  /// - Returns: The settings of the optimizer.
  public static func rmsProp(
    momentum: Double = 0.0, squareMomentum: Double = 0.99, epsilon: Double = 1e-8,
    weightDecay: Double = 0.0, isDecoupled: Bool = true
  ) -> OptimizerSettings {
    OptimizerSettings(
      RMSPropSettings(
        momentum: momentum, squareMomentum: squareMomentum, epsilon: epsilon,
        weightDecay: weightDecay, isDecoupled: isDecoupled))
  }
}
