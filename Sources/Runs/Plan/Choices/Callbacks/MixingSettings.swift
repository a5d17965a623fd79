import Settings
import Training

/// The argument of `MixUp`.
struct MixUpSettings: CallbackChoice {
  static let name = "mixup"
  static let summary = "Trains on mixtures of two images and of their targets (`MixUp`)."
  var alpha = 0.4
  static let fields: [SettingsField<Self>] = [
    SettingsField(
      "alpha", \.alpha, .above(0, atMost: 1e6),
      "Both parameters of the beta distribution of shares."
    )
  ]

  func callback(_: TrainingPlan) -> any Callback { MixUp(alpha) }
}

/// The argument of `CutMix`.
struct CutMixSettings: CallbackChoice {
  static let name = "cutmix"
  static let summary = "Trains on images with a rectangle of another one (`CutMix`)."
  var alpha = 1.0
  static let fields: [SettingsField<Self>] = [
    SettingsField(
      "alpha", \.alpha, .above(0, atMost: 1e6), "Both parameters of the beta distribution of areas."
    )
  ]

  func callback(_: TrainingPlan) -> any Callback { CutMix(alpha) }
}

extension CallbackSettings {
  /// Trains on mixtures of two images and of their targets (`MixUp`).
  ///
  /// - Parameter alpha: Both parameters of the beta distribution of shares.
  /// - Returns: The settings of the callback.
  public static func mixUp(_ alpha: Double = 0.4) -> CallbackSettings {
    CallbackSettings(MixUpSettings(alpha: alpha))
  }

  /// Trains on images with a rectangle of another one (`CutMix`).
  ///
  /// - Parameter alpha: Both parameters of the beta distribution of areas.
  /// - Returns: The settings of the callback.
  public static func cutMix(_ alpha: Double = 1) -> CallbackSettings {
    CallbackSettings(CutMixSettings(alpha: alpha))
  }
}
