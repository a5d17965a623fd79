import Settings
import Training

/// The arguments of `fitSGDR`.
struct SGDRSettings: PlainScheduleChoice {
  static let name = "sgdr"
  static let summary =
    "Cycles of cosine annealing with warm restarts (`fit_sgdr`), which share train.epochs."

  var cycles = 1
  var cycleLength: Int?
  var cycleMultiplier = 2

  static let fields: [SettingsField<Self>] = [
    SettingsField("n_cycles", \.cycles, .within(1, 1000), "Number of cycles."),
    SettingsField(
      "cycle_len", \.cycleLength, .within(1, 1_000_000), "Epochs of the first cycle.",
      unset: "what train.epochs gives"),
    SettingsField(
      "cycle_mult", \.cycleMultiplier, .within(1, 1000),
      "Each cycle has this many times as many epochs as the one before."),
  ]

  /// The length of all cycles in lengths of the first one; nil: more than there can be epochs.
  private var units: Int? {
    var (length, sum) = (1, 0)
    for _ in 0..<cycles {
      sum += length
      guard sum <= TrainSettings.epochLimit else { return nil }
      length = length > TrainSettings.epochLimit ? length : length * cycleMultiplier
    }
    return sum
  }

  func allowedEpochs(_ epochs: Int) -> String? {
    guard let units else {
      return
        "as many as all cycles of the schedule, which are more than \(TrainSettings.epochLimit)"
    }
    if let cycleLength {
      let (all, isTooLarge) = units.multipliedReportingOverflow(by: cycleLength)
      guard isTooLarge || all != epochs else { return nil }
      return isTooLarge || all > TrainSettings.epochLimit
        ? "as many as all cycles of the schedule, which are more than \(TrainSettings.epochLimit)"
        : "\(all), the sum of the cycles of the schedule \"sgdr\""
    }
    return epochs > 0 && epochs % units == 0
      ? nil
      : "a multiple of \(units), since the cycles of the schedule \"sgdr\" have whole epochs"
  }

  /// Frozen epochs are one cycle.
  func fitFrozen(_ learner: Learner, epochs: Int, rates: LearningRates) throws {
    try learner.fitSGDR(1, cycleLength: epochs, learningRate: rates)
  }

  func fit(_ learner: Learner, epochs: Int, rates: LearningRates) throws {
    let units = units ?? 1
    guard epochs >= units else { return }
    try learner.fitSGDR(
      cycles, cycleLength: epochs / units, learningRate: rates, cycleMultiplier: cycleMultiplier)
  }
}

extension ScheduleSettings {
  /// Cycles of cosine annealing with warm restarts (`fit_sgdr`), which share the plan's epochs.
  ///
  /// - Parameters:
  ///   - cycles: Number of cycles (`n_cycles`).
  ///   - cycleLength: Epochs of the first cycle (`cycle_len`). Default: what the plan's epochs give.
  ///   - cycleMultiplier: Each cycle has this many times as many epochs as the one before (`cycle_mult`).
  /// - Returns: The settings of the schedule.
  public static func sgdr(
    cycles: Int = 1, cycleLength: Int? = nil, cycleMultiplier: Int = 2
  ) -> ScheduleSettings {
    ScheduleSettings(
      SGDRSettings(cycles: cycles, cycleLength: cycleLength, cycleMultiplier: cycleMultiplier))
  }
}
