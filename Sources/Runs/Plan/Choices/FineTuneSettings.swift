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

  static let fields: [SettingsField<Self>] = [
    SettingsField(
      "lr_mult", \.multiplier, .above(0),
      "In the second part, the ratio of the last group's rate to the first's."),
    .startFraction(
      \.startFraction, "The fraction of the second part in which the rate rises."),
    SettingsField(
      "div", \.division, .above(0),
      "The first rate of the second part is its highest divided by this."),
  ]

  func fit(_ learner: Learner, _ lengths: FitLengths) throws {
    try learner.fineTune(
      lengths.epochs, baseLearningRate: lengths.rates.all.last ?? 0,
      freezeEpochs: lengths.freezeEpochs, learningRateMultiplier: multiplier,
      startFraction: startFraction, division: division)
  }
}

extension ScheduleSettings {
  /// The head alone, then all layers at half the rate, early layers slower (`fine_tune`).
  ///
  /// - Parameters:
  ///   - learningRateMultiplier: In the second part, ratio of the last group's rate to the first's (`lr_mult`).
  ///   - startFraction: Fraction of the second part in which the rate rises (`pct_start`).
  ///   - division: The first rate of the second part is its highest divided by this (`div`).
  /// - Returns: The settings of the schedule.
  public static func fineTune(
    learningRateMultiplier: Double = 100, startFraction: Double = 0.3, division: Double = 5
  ) -> ScheduleSettings {
    ScheduleSettings(
      FineTuneSettings(
        multiplier: learningRateMultiplier, startFraction: startFraction, division: division))
  }
}
