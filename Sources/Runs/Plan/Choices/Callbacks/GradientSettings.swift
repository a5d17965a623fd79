import Settings
import Training

/// The arguments of `GradientClip`.
struct GradientClipSettings: CallbackChoice {
  static let name = "gradient_clip"
  static let summary = "Scales the gradients down if their norm is too large (`GradientClip`)."
  var maximumNorm = 1.0
  var normType = NormExponent(2)
  static let fields: [SettingsField<Self>] = [
    SettingsField("max_norm", \.maximumNorm, .above(0), "The largest norm over all gradients."),
    SettingsField(
      "norm_type", \.normType,
      Allowed("above 0, at most 1e30, or inf") {
        $0.value > 0 && ($0.value <= 1e30 || $0.value == .infinity)
      },
      "The exponent of the norm; inf: the largest absolute value."),
  ]

  func callback(_: TrainingPlan) -> any Callback {
    GradientClip(maximumNorm, normType: normType.value)
  }
}

/// The exponent of a norm; JSON has no infinity, so that is written as a text.
struct NormExponent: SettingsValue {
  let value: Double
  init(_ value: Double) { self.value = value }

  static var words: String { "a number or \"inf\"" }
  init?(_ node: TOMLNode) {
    if let number = Double(node) {
      value = number
    } else if String(node) == "inf" {
      value = .infinity
    } else {
      return nil
    }
  }
  var toml: TOMLValue? { value == .infinity ? .text("inf") : .float(value) }
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
  /// - Parameters:
  ///   - maximumNorm: The largest norm over all gradients (`max_norm`).
  ///   - normType: The exponent of the norm; infinity: the largest absolute value (`norm_type`).
  /// - Returns: The settings of the callback.
  public static func gradientClip(
    _ maximumNorm: Double = 1, normType: Double = 2
  ) -> CallbackSettings {
    CallbackSettings(
      GradientClipSettings(maximumNorm: maximumNorm, normType: NormExponent(normType)))
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
