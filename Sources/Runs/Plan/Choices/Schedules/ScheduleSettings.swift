package import Settings
import Training

/// How the learning rate changes, with its arguments: fastai's `fit` functions.
///
/// A new one is a file with a `ScheduleChoice` and a line in `all`.
public struct ScheduleSettings: Sendable, Equatable {
  package let choice: any SettingsChoice

  /// Equal if name and arguments are.
  public static func == (a: Self, b: Self) -> Bool { a.table == b.table }
}

extension ScheduleSettings: SettingsKind {
  package static let all: [any SettingsChoice.Type] = [
    FineTuneSettings.self, OneCycleSettings.self, FlatCosSettings.self, SGDRSettings.self,
    ConstantSettings.self,
  ]

  package init?(_ choice: any SettingsChoice) {
    guard choice is any ScheduleChoice else { return nil }
    self.choice = choice
  }

  init(_ choice: some ScheduleChoice) { self.choice = choice }

  /// Whether the body is frozen first.
  var freezes: Bool { choice is FineTuneSettings }

  /// What the epochs have to be instead; nil: they fit the schedule.
  func allowedEpochs(_ epochs: Int) -> String? {
    (choice as? any ScheduleChoice)?.allowedEpochs(epochs)
  }

  /// Trains.
  func fit(_ learner: Learner, _ lengths: FitLengths) throws {
    try (choice as? any ScheduleChoice)?.fit(learner, lengths)
  }
}

/// How long a fit is, and at which rates.
struct FitLengths {
  let epochs: Int
  let freezeEpochs: Int
  /// The highest rates.
  let rates: LearningRates
}

/// The arguments of a fit.
protocol ScheduleChoice: SettingsChoice {
  /// Trains.
  func fit(_ learner: Learner, _ lengths: FitLengths) throws
  /// What the epochs with all groups trainable have to be instead; nil: they fit the schedule.
  func allowedEpochs(_ epochs: Int) -> String?
}

extension ScheduleChoice {
  func allowedEpochs(_: Int) -> String? { nil }
}

/// A fit that treats frozen epochs as any others.
protocol PlainScheduleChoice: ScheduleChoice {
  /// Trains for some epochs.
  func fit(_ learner: Learner, epochs: Int, rates: LearningRates) throws
  /// Trains for some epochs with the body frozen.
  func fitFrozen(_ learner: Learner, epochs: Int, rates: LearningRates) throws
}

extension PlainScheduleChoice {
  func fitFrozen(_ learner: Learner, epochs: Int, rates: LearningRates) throws {
    try fit(learner, epochs: epochs, rates: rates)
  }

  /// Trains with the body frozen, then all layers, each time by the whole schedule.
  func fit(_ learner: Learner, _ lengths: FitLengths) throws {
    if lengths.freezeEpochs > 0 {
      learner.freeze()
      try fitFrozen(learner, epochs: lengths.freezeEpochs, rates: lengths.rates)
      guard !learner.fitWasCanceled else { return }
      learner.unfreeze()
    }
    try fit(learner, epochs: lengths.epochs, rates: lengths.rates)
  }
}

extension SettingsField {
  /// Momentum at three points.
  static func momenta(
    _ path: WritableKeyPath<Group, [Double]> & Sendable, _ help: String
  ) -> SettingsField {
    SettingsField("moms", path, .each(.from(0, below: 1), count: 3...3), help)
  }

  /// A fraction of training.
  static func startFraction(
    _ path: WritableKeyPath<Group, Double> & Sendable, _ help: String
  ) -> SettingsField {
    SettingsField("pct_start", path, .between(0, 1), help)
  }
}
