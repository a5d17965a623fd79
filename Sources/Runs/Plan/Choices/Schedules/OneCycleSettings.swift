import Settings
import Training

/// The arguments of `fitOneCycle`.
struct OneCycleSettings: PlainScheduleChoice {
  static let name = "one_cycle"
  static let summary = "The rate rises along a cosine, then falls (`fit_one_cycle`)."

  var division = 25.0
  var finalDivision = 1e5
  var startFraction = 0.25
  var momenta = [0.95, 0.85, 0.95]

  static let fields: [SettingsField<Self>] = [
    SettingsField(
      "div", \.division, .above(0), "The first rate is the highest divided by this."),
    SettingsField(
      "div_final", \.finalDivision, .above(0), "The last rate is the highest divided by this."),
    .startFraction(\.startFraction, "The fraction of training in which the rate rises."),
    .momenta(\.momenta, "Momentum at the start, at the highest rate and at the end."),
  ]

  func fit(_ learner: Learner, epochs: Int, rates: LearningRates) throws {
    try learner.fitOneCycle(
      epochs, learningRate: rates, division: division, finalDivision: finalDivision,
      startFraction: startFraction, momenta: (momenta[0], momenta[1], momenta[2]))
  }
}

extension ScheduleSettings {
  /// The rate rises along a cosine, then falls (`fit_one_cycle`).
  ///
  /// - Parameters:
  ///   - division: The first learning rate is the highest divided by this (`div`).
  ///   - finalDivision: The last learning rate is the highest divided by this (`div_final`).
  ///   - startFraction: Fraction of training in which the rate rises (`pct_start`).
  ///   - momenta: Momentum at the start, at the highest rate and at the end (`moms`).
  /// - Returns: The settings of the schedule.
  public static func oneCycle(
    division: Double = 25, finalDivision: Double = 1e5, startFraction: Double = 0.25,
    momenta: (Double, Double, Double) = (0.95, 0.85, 0.95)
  ) -> ScheduleSettings {
    ScheduleSettings(
      OneCycleSettings(
        division: division, finalDivision: finalDivision, startFraction: startFraction,
        momenta: [momenta.0, momenta.1, momenta.2]))
  }
}
