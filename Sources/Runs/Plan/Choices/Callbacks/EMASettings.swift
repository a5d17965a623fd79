import Settings
import Training

/// The arguments of `ExponentialMovingAverage`.
struct EMASettings: CallbackChoice {
  static let name = "ema"
  static let summary =
    "Validates and saves a moving average of the weights (`ExponentialMovingAverage`)."

  var decay = 0.999
  var minimumDecay = 0.0
  var updateAfterStep = 0
  var usesWarmup = true
  var warmupGamma = 1.0
  var warmupPower = 2.0 / 3
  var averagesBuffers = true
  var every = 1

  static let fields: [SettingsField<Self>] = [
    SettingsField(
      "decay", \.decay, .from(0, below: 1), "The factor of the old average in each step.",
      aliases: ["beta", "momentum"]),
    SettingsField("min_decay", \.minimumDecay, .from(0, below: 1), "The smallest decay."),
    SettingsField(
      "update_after_step", \.updateAfterStep, .within(0, 1_000_000_000),
      "Steps before the average begins."),
    SettingsField(
      "use_warmup", \.usesWarmup, "Smaller decays in the first steps.", aliases: ["warmup"]),
    SettingsField(
      "warmup_gamma", \.warmupGamma, .above(0), "γ of the decay 1 − (1 + step / γ)^−power."),
    SettingsField("warmup_power", \.warmupPower, .above(0), "The power of that decay."),
    SettingsField(
      "buffers", \.averagesBuffers,
      "Average the running statistics of batch norm too; false: copy them."),
    SettingsField(
      "every", \.every, .within(1, 1_000_000_000), "Update the average every so many steps."),
  ]

  func callback(_: TrainingPlan) -> any Callback {
    ExponentialMovingAverage(
      decay: decay, minimumDecay: minimumDecay, updateAfterStep: updateAfterStep,
      usesWarmup: usesWarmup, warmupGamma: warmupGamma, warmupPower: warmupPower,
      averagesBuffers: averagesBuffers, every: every)
  }

  var conflict: SettingsConflict? {
    guard minimumDecay > decay else { return nil }
    return SettingsConflict(
      key: "min_decay", value: minimumDecay.toml, allowed: "at most decay, \(decay)")
  }
}

extension CallbackSettings {
  /// Validates and saves a moving average of the weights (`ExponentialMovingAverage`).
  ///
  /// - Parameters:
  ///   - decay: The factor of the old average in each step.
  ///   - minimumDecay: The smallest decay (`min_decay`).
  ///   - updateAfterStep: Steps before the average begins (`update_after_step`).
  ///   - usesWarmup: Smaller decays in the first steps (`use_warmup`).
  ///   - averagesBuffers: Average the running statistics of batch norm too.
  ///   - every: Update the average every so many steps.
  /// - Returns: The settings of the callback.
  public static func ema(
    decay: Double = 0.999, minimumDecay: Double = 0, updateAfterStep: Int = 0,
    usesWarmup: Bool = true, averagesBuffers: Bool = true, every: Int = 1
  ) -> CallbackSettings {
    CallbackSettings(
      EMASettings(
        decay: decay, minimumDecay: minimumDecay, updateAfterStep: updateAfterStep,
        usesWarmup: usesWarmup, averagesBuffers: averagesBuffers, every: every))
  }
}
