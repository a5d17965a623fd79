import Settings
import Training

/// `BnFreeze`, which has no arguments.
struct BnFreezeSettings: CallbackChoice {
  static let name = "bn_freeze"
  static let summary =
    "Keeps the running statistics of frozen batch norm layers (`BnFreeze`); with optimizer.train_bn = false."
  static let fields: [SettingsField<Self>] = []

  func callback(_: TrainingPlan) -> any Callback { BnFreeze() }
}

/// `MCDropoutCallback`, which has no arguments.
struct MCDropoutSettings: CallbackChoice {
  static let name = "mc_dropout"
  static let summary = "Keeps dropout on in validation (`MCDropoutCallback`)."
  static let fields: [SettingsField<Self>] = []

  func callback(_: TrainingPlan) -> any Callback { MCDropoutCallback() }
}

/// The arguments of `ShortEpochCallback`.
struct ShortEpochSettings: CallbackChoice {
  static let name = "short_epoch"
  static let summary = "Ends each epoch early, to try a run (`ShortEpochCallback`)."
  var fraction = 0.01
  var shortensValidation = true
  static let fields: [SettingsField<Self>] = [
    SettingsField("pct", \.fraction, .fraction, "The fraction of the batches of an epoch."),
    SettingsField("short_valid", \.shortensValidation, "Shorten validation too."),
  ]

  func callback(_: TrainingPlan) -> any Callback {
    ShortEpochCallback(fraction, shortensValidation: shortensValidation)
  }
}

extension CallbackSettings {
  /// Keeps the running statistics of frozen batch norm layers (`BnFreeze`).
  public static var bnFreeze: CallbackSettings { CallbackSettings(BnFreezeSettings()) }

  /// Keeps dropout on in validation (`MCDropoutCallback`).
  public static var mcDropout: CallbackSettings { CallbackSettings(MCDropoutSettings()) }

  /// Ends each epoch early, to try a run (`ShortEpochCallback`).
  ///
  /// - Parameters:
  ///   - fraction: The fraction of the batches of an epoch (`pct`).
  ///   - shortensValidation: Shorten validation too (`short_valid`).
  /// - Returns: The settings of the callback.
  public static func shortEpoch(
    _ fraction: Double = 0.01, shortensValidation: Bool = true
  ) -> CallbackSettings {
    CallbackSettings(
      ShortEpochSettings(fraction: fraction, shortensValidation: shortensValidation))
  }
}
