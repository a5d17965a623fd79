import Settings
import Training

/// The arguments of fastai's SGD.
struct SGDSettings: OptimizerChoice {
  static let name = "sgd"
  static let summary = "fastai's SGD, with momentum if it is not 0."

  var momentum = 0.0
  var weightDecay = 0.0
  var isDecoupled = true

  static let fields: [SettingsField<Self>] = [
    .momentum(\.momentum, "Momentum; a schedule may change it, unless it is 0."),
    .weightDecay(\.weightDecay),
    .decoupled(\.isDecoupled),
  ]

  var rule: any UpdateRule {
    SGD(momentum: momentum, weightDecay: weightDecay, isDecoupled: isDecoupled)
  }
}

extension OptimizerSettings {
  /// fastai's SGD (`SGD`).
  ///
  /// - Parameters:
  ///   - momentum: Momentum (`mom`).
  ///   - weightDecay: Weight decay (`wd`).
  ///   - isDecoupled: Decay the weights instead of adding to the gradient (`decouple_wd`).
  /// - Returns: The settings of the optimizer.
  public static func sgd(
    momentum: Double = 0, weightDecay: Double = 0, isDecoupled: Bool = true
  ) -> OptimizerSettings {
    OptimizerSettings(
      SGDSettings(momentum: momentum, weightDecay: weightDecay, isDecoupled: isDecoupled))
  }
}
