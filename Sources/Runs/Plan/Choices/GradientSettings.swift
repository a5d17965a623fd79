import Settings
import Training

/// The argument of `GradientClip`.
struct GradientClipSettings: CallbackChoice {
  static let name = "gradient_clip"
  static let summary = "Scales the gradients down if their norm is too large (`GradientClip`)."
  var maximumNorm = 1.0
  static let fields: [SettingsField<Self>] = [
    SettingsField("max_norm", \.maximumNorm, .above(0), "The largest norm over all gradients.")
  ]

  func callback(_: TrainingPlan) -> any Callback { GradientClip(maximumNorm) }
}

/// The argument of `GradientAccumulation`.
struct GradientAccumulationSettings: CallbackChoice {
  static let name = "gradient_accumulation"
  static let summary = "Steps only after so many images (`GradientAccumulation`)."
  var itemsPerStep = 32
  static let fields: [SettingsField<Self>] = [
    SettingsField("n_acc", \.itemsPerStep, .within(1, 1_000_000_000), "Images per step.")
  ]

  func callback(_: TrainingPlan) -> any Callback {
    GradientAccumulation(itemsPerStep: itemsPerStep)
  }
}

/// `TerminateOnNaNCallback`, which has no arguments.
struct TerminateOnNaNSettings: CallbackChoice {
  static let name = "terminate_on_nan"
  static let summary =
    "Ends training after a step with a loss that is not finite (`TerminateOnNaNCallback`); "
    + "train.on_bad_gradient acts before the step."
  static let fields: [SettingsField<Self>] = []

  func callback(_: TrainingPlan) -> any Callback { TerminateOnNaNCallback() }
}

extension CallbackSettings {
  /// Scales the gradients down if their norm is too large (`GradientClip`).
  ///
  /// - Parameter maximumNorm: The largest norm over all gradients (`max_norm`).
  /// - Returns: The settings of the callback.
  public static func gradientClip(_ maximumNorm: Double = 1) -> CallbackSettings {
    CallbackSettings(GradientClipSettings(maximumNorm: maximumNorm))
  }

  /// Steps only after so many images (`GradientAccumulation`).
  ///
  /// - Parameter itemsPerStep: Images between two steps (`n_acc`).
  /// - Returns: The settings of the callback.
  public static func gradientAccumulation(itemsPerStep: Int = 32) -> CallbackSettings {
    CallbackSettings(GradientAccumulationSettings(itemsPerStep: itemsPerStep))
  }

  /// Ends training after a step with a loss that is not finite (`TerminateOnNaNCallback`).
  public static var terminateOnNaN: CallbackSettings { CallbackSettings(TerminateOnNaNSettings()) }
}
