import Settings
import Training

/// Mean squared error, which has no arguments.
struct MSESettings: LossChoice {
  static let name = "mse"
  static let target = TargetKind.regression
  static let summary = "Mean squared error (`MSELossFlat`)."
  static let fields: [SettingsField<Self>] = []

  func lossFunction(_: ClassCounts) -> LossFunction { .mse() }
}

/// Mean absolute error, which has no arguments.
struct L1Settings: LossChoice {
  static let name = "l1"
  static let target = TargetKind.regression
  static let summary = "Mean absolute error (`L1LossFlat`)."
  static let fields: [SettingsField<Self>] = []

  func lossFunction(_: ClassCounts) -> LossFunction { .l1() }
}

/// The argument of PyTorch's `SmoothL1Loss`.
struct SmoothL1Settings: LossChoice {
  static let name = "smooth_l1"
  static let target = TargetKind.regression
  static let summary = "Squared near the target, absolute beyond beta (`SmoothL1Loss`)."
  var beta = 1.0
  static let fields: [SettingsField<Self>] = [
    SettingsField(
      "beta", \.beta, .above(0), "The error from which the loss is no longer squared.",
      aliases: ["delta"])
  ]

  func lossFunction(_: ClassCounts) -> LossFunction { .smoothL1(beta: Float(beta)) }
}

extension LossSettings {
  /// Mean squared error (`MSELossFlat`).
  public static var mse: LossSettings { LossSettings(MSESettings()) }

  /// Mean absolute error (`L1LossFlat`).
  public static var l1: LossSettings { LossSettings(L1Settings()) }

  /// Squared near the target, absolute beyond `beta` (`SmoothL1Loss`).
  ///
  /// - Parameter beta: The error from which the loss is no longer squared.
  /// - Returns: The settings of the loss.
  public static func smoothL1(beta: Double = 1) -> LossSettings {
    LossSettings(SmoothL1Settings(beta: beta))
  }
}
