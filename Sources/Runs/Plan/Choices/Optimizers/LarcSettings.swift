import Settings
import Training

/// The arguments of fastai's LARC.
struct LarcSettings: OptimizerChoice {
  static let name = "larc"
  static let summary =
    "fastai's LARC: SGD with a rate for each parameter, by its norm and that of its gradient."

  var momentum = 0.9
  var clips = true
  var trustCoefficient = 0.02
  var epsilon = 1e-8
  var weightDecay = 0.0
  var isDecoupled = true

  static let fields: [SettingsField<Self>] = [
    .momentum(\.momentum, "Momentum; a schedule may change it, unless it is 0."),
    SettingsField(
      "clip", \.clips, "The learning rate is the highest rate of a parameter; false: LARS."),
    SettingsField(
      "trust_coeff", \.trustCoefficient, .above(0),
      "The rate for a gradient as large as its parameter, as a fraction of the learning rate."),
    .epsilon(\.epsilon),
    .weightDecay(\.weightDecay),
    .decoupled(\.isDecoupled),
  ]

  var rule: any UpdateRule {
    Larc(
      momentum: momentum, clips: clips, trustCoefficient: trustCoefficient, epsilon: epsilon,
      weightDecay: weightDecay, isDecoupled: isDecoupled)
  }
}

extension OptimizerSettings {
  /// fastai's LARC (`Larc`).
  ///
  /// - Parameters:
  ///   - momentum: Momentum; none if it is 0 (`mom`).
  ///   - clips: The learning rate is the highest rate of a parameter; false: LARS (`clip`).
  ///   - trustCoefficient: The rate for a gradient as large as its parameter, as a fraction of the learning rate (`trust_coeff`).
  ///   - epsilon: Added to the denominator (`eps`).
  ///   - weightDecay: Weight decay (`wd`).
  ///   - isDecoupled: Decay the weights instead of adding to the gradient (`decouple_wd`).
  /// - Returns: The settings of the optimizer.
  public static func larc(
    momentum: Double = 0.9, clips: Bool = true, trustCoefficient: Double = 0.02,
    epsilon: Double = 1e-8, weightDecay: Double = 0.0, isDecoupled: Bool = true
  ) -> OptimizerSettings {
    OptimizerSettings(
      LarcSettings(
        momentum: momentum, clips: clips, trustCoefficient: trustCoefficient, epsilon: epsilon,
        weightDecay: weightDecay, isDecoupled: isDecoupled))
  }
}
