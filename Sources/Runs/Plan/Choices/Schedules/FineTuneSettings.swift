import Settings
import Training

/// The arguments of `fineTune`.
struct FineTuneSettings: ScheduleChoice {
  static let name = "fine_tune"
  static let summary =
    "The head alone, then all layers at half the rate, early layers slower (`fine_tune`)."

  var multiplier = 100.0
  var startFraction = 0.3
  var division = 5.0
  var finalDivision = 1e5
  var momenta = [0.95, 0.85, 0.95]

  static let fields: [SettingsField<Self>] = [
    SettingsField(
      "lr_mult", \.multiplier, .above(0),
      "In the second part, the ratio of the last group's rate to the first's."),
    .startFraction(
      \.startFraction, "The fraction of the second part in which the rate rises."),
    SettingsField(
      "div", \.division, .above(0),
      "The first rate of the second part is its highest divided by this."),
    SettingsField(
      "div_final", \.finalDivision, .above(0),
      "The last rate of each part is its highest divided by this."),
    .momenta(
      \.momenta, "Momentum at the start, at the highest rate and at the end of each part."),
  ]

  func fit(_ learner: Learner, _ lengths: FitLengths) throws {
    try learner.fineTune(
      lengths.epochs, baseLearningRate: lengths.rates.all.last ?? 0,
      freezeEpochs: lengths.freezeEpochs, learningRateMultiplier: multiplier,
      startFraction: startFraction, division: division, finalDivision: finalDivision,
      momenta: (momenta[0], momenta[1], momenta[2]))
  }
}

extension ScheduleSettings {
  /// The head alone, then all layers at half the rate, early layers slower (`fine_tune`).
  ///
  /// - Parameters:
  ///   - learningRateMultiplier: In the second part, ratio of the last group's rate to the first's (`lr_mult`).
  ///   - startFraction: Fraction of the second part in which the rate rises (`pct_start`).
  ///   - division: The first rate of the second part is its highest divided by this (`div`).
  ///   - finalDivision: The last rate of each part is its highest divided by this (`div_final`).
  ///   - momenta: Momentum at the start, at the highest rate and at the end of each part (`moms`).
  /// - Returns: The settings of the schedule.
  public static func fineTune(
    learningRateMultiplier: Double = 100, startFraction: Double = 0.3, division: Double = 5,
    finalDivision: Double = 1e5, momenta: (Double, Double, Double) = (0.95, 0.85, 0.95)
  ) -> ScheduleSettings {
    ScheduleSettings(
      FineTuneSettings(
        multiplier: learningRateMultiplier, startFraction: startFraction, division: division,
        finalDivision: finalDivision, momenta: [momenta.0, momenta.1, momenta.2]))
  }
}
