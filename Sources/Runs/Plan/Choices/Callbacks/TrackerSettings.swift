import Settings
import Training

/// The arguments of `EarlyStoppingCallback`.
struct EarlyStoppingSettings: TrackerChoice {
  static let name = "early_stopping"
  static let summary = "Ends training when a value stops improving (`EarlyStoppingCallback`)."
  var tracked = TrackedSettings()
  static let fields: [SettingsField<Self>] = SettingsField.tracked

  func callback(_ plan: TrainingPlan) -> any Callback {
    EarlyStoppingCallback(
      monitor: tracked.monitor ?? plan.monitor, minimumDelta: tracked.minimumDelta,
      patience: tracked.patience, resetsOnFit: tracked.resetsOnFit)
  }
}

/// The arguments of `ReduceLROnPlateau`.
struct ReduceLROnPlateauSettings: TrackerChoice {
  static let name = "reduce_lr_on_plateau"
  static let summary =
    "Divides the rates when a value stops improving (`ReduceLROnPlateau`); for the schedule \"constant\"."
  var tracked = TrackedSettings()
  var factor = 10.0
  var minimumLearningRate = 0.0

  static let fields: [SettingsField<Self>] =
    SettingsField.tracked + [
      SettingsField("factor", \.factor, .above(1), "The rates are divided by this."),
      SettingsField(
        "min_lr", \.minimumLearningRate, .atLeast(0), "No rate is reduced below this."),
    ]

  func callback(_ plan: TrainingPlan) -> any Callback {
    ReduceLROnPlateau(
      monitor: tracked.monitor ?? plan.monitor, minimumDelta: tracked.minimumDelta,
      patience: tracked.patience, factor: factor, minimumLearningRate: minimumLearningRate,
      resetsOnFit: tracked.resetsOnFit)
  }
}

extension CallbackSettings {
  /// Ends training when a value stops improving (`EarlyStoppingCallback`).
  ///
  /// - Parameters:
  ///   - monitor: "train_loss", "valid_loss" or the name of a metric. Default: the plan's.
  ///   - minimumDelta: A change has to be larger than this to count as an improvement (`min_delta`).
  ///   - patience: Number of epochs without improvement before the fit ends.
  ///   - resetsOnFit: Forget the best value when all layers begin to train (`reset_on_fit`).
  /// - Returns: The settings of the callback.
  public static func earlyStopping(
    monitor: String? = nil, minimumDelta: Double = 0, patience: Int = 1, resetsOnFit: Bool = true
  ) -> CallbackSettings {
    CallbackSettings(
      EarlyStoppingSettings(
        tracked: TrackedSettings(
          monitor: monitor, minimumDelta: minimumDelta, patience: patience,
          resetsOnFit: resetsOnFit)))
  }

  /// Divides the rates when a value stops improving (`ReduceLROnPlateau`).
  ///
  /// - Parameters:
  ///   - monitor: "train_loss", "valid_loss" or the name of a metric. Default: the plan's.
  ///   - minimumDelta: A change has to be larger than this to count as an improvement (`min_delta`).
  ///   - patience: Number of epochs without improvement before the rates are reduced.
  ///   - factor: The rates are divided by this.
  ///   - minimumLearningRate: No rate is reduced below this (`min_lr`).
  ///   - resetsOnFit: Forget the best value when all layers begin to train (`reset_on_fit`).
  /// - Returns: The settings of the callback.
  public static func reduceLROnPlateau(
    monitor: String? = nil, minimumDelta: Double = 0, patience: Int = 1, factor: Double = 10,
    minimumLearningRate: Double = 0, resetsOnFit: Bool = true
  ) -> CallbackSettings {
    CallbackSettings(
      ReduceLROnPlateauSettings(
        tracked: TrackedSettings(
          monitor: monitor, minimumDelta: minimumDelta, patience: patience,
          resetsOnFit: resetsOnFit),
        factor: factor, minimumLearningRate: minimumLearningRate))
  }
}
