import Settings
import Training

/// The arguments of `fitFlatCos`.
struct FlatCosSettings: PlainScheduleChoice {
  static let name = "flat_cos"
  static let summary = "A constant rate that falls along a cosine at the end (`fit_flat_cos`)."

  var finalDivision = 1e5
  var startFraction = 0.75

  static let fields: [SettingsField<Self>] = [
    SettingsField(
      "div_final", \.finalDivision, .above(0), "The last rate is the constant one divided by this."),
    .startFraction(\.startFraction, "The fraction of training at the constant rate."),
  ]

  func fit(_ learner: Learner, epochs: Int, rates: LearningRates) throws {
    try learner.fitFlatCos(
      epochs, learningRate: rates, finalDivision: finalDivision, startFraction: startFraction)
  }
}

/// A constant rate.
struct ConstantSettings: PlainScheduleChoice {
  static let name = "constant"
  static let summary = "A constant rate (`fit`), for ReduceLROnPlateau."
  static let fields: [SettingsField<Self>] = []

  func fit(_ learner: Learner, epochs: Int, rates: LearningRates) throws {
    try learner.fit(epochs, learningRate: rates)
  }
}

extension ScheduleSettings {
  /// A constant rate that falls along a cosine at the end (`fit_flat_cos`).
  ///
  /// - Parameters:
  ///   - finalDivision: The last learning rate is the constant one divided by this (`div_final`).
  ///   - startFraction: Fraction of training at the constant rate (`pct_start`).
  /// - Returns: The settings of the schedule.
  public static func flatCos(
    finalDivision: Double = 1e5, startFraction: Double = 0.75
  ) -> ScheduleSettings {
    ScheduleSettings(FlatCosSettings(finalDivision: finalDivision, startFraction: startFraction))
  }

  /// A constant rate (`fit`).
  public static var constant: ScheduleSettings { ScheduleSettings(ConstantSettings()) }
}
