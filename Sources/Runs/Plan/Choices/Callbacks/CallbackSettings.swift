package import Settings
import Training

/// A callback with its arguments.
///
/// A new one is a file with a `CallbackChoice` and a line in `all`.
public struct CallbackSettings: Sendable, Equatable {
  package let choice: any SettingsChoice

  /// Equal if name and arguments are.
  public static func == (a: Self, b: Self) -> Bool { a.table == b.table }
}

extension CallbackSettings: SettingsKind {
  package static let all: [any SettingsChoice.Type] = [
    EarlyStoppingSettings.self, ReduceLROnPlateauSettings.self, GradientClipSettings.self,
    GradientAccumulationSettings.self, TerminateOnNaNSettings.self, MixUpSettings.self,
    CutMixSettings.self, EMASettings.self, BnFreezeSettings.self, MCDropoutSettings.self,
    ShortEpochSettings.self, CSVLoggerSettings.self, ShowGraphSettings.self,
    ActivationStatsSettings.self,
  ]

  package init?(_ choice: any SettingsChoice) {
    guard choice is any CallbackChoice || choice is any FileCallbackChoice else { return nil }
    self.choice = choice
  }

  init(_ choice: some CallbackChoice) { self.choice = choice }
  init(_ choice: some FileCallbackChoice) { self.choice = choice }

  /// The callbacks for a run of a plan.
  ///
  /// - Parameters:
  ///   - plan: The plan.
  ///   - folder: The folder of the run; nil: there is none, so what only writes files is left out.
  /// - Returns: The callbacks.
  func callbacks(_ plan: TrainingPlan, folder: String?) -> [any Callback] {
    switch choice {
    case let choice as any FileCallbackChoice:
      folder.map { choice.callbacks(plan, folder: $0) } ?? []
    case let choice as any CallbackChoice: [choice.callback(plan)]
    default: []
    }
  }

  /// Arguments that do not go together.
  var conflict: SettingsConflict? { (choice as? any CallbackChoice)?.conflict }

  /// The items of an accumulated step; nil for another callback.
  var itemsPerStep: Int? { (choice as? GradientAccumulationSettings)?.itemsPerStep }

  /// The value that the callback follows; nil: it follows none, or the plan's.
  var monitor: String? { (choice as? any TrackerChoice)?.tracked.monitor }
}

/// The arguments of a callback.
protocol CallbackChoice: SettingsChoice {
  /// The callback for a run of a plan.
  ///
  /// - Precondition: The arguments are in their ranges and go together.
  func callback(_ plan: TrainingPlan) -> any Callback
  /// Arguments that do not go together.
  var conflict: SettingsConflict? { get }
}

extension CallbackChoice {
  var conflict: SettingsConflict? { nil }
}

/// The arguments of a callback that only writes files in the folder of the run.
protocol FileCallbackChoice: SettingsChoice {
  /// The callbacks for a run of a plan in a folder.
  func callbacks(_ plan: TrainingPlan, folder: String) -> [any Callback]
}

/// The arguments of a callback that follows a value.
protocol TrackerChoice: CallbackChoice {
  var tracked: TrackedSettings { get set }
}

/// The arguments of `TrackerCallback`.
struct TrackedSettings: Sendable {
  var monitor: String?
  var minimumDelta = 0.0
  var patience = 1
  var resetsOnFit = true
}

extension SettingsField where Group: TrackerChoice {
  /// The arguments of all trackers.
  static var tracked: [SettingsField] {
    [
      SettingsField(
        "monitor", \.tracked.monitor, "The value to follow: train_loss, valid_loss or a metric.",
        unset: "train.monitor"),
      SettingsField(
        "min_delta", \.tracked.minimumDelta, .atLeast(0),
        "A change has to be larger than this to count as an improvement."),
      SettingsField(
        "patience", \.tracked.patience, .within(1, 1_000_000),
        "Epochs without improvement before something happens."),
      SettingsField(
        "reset_on_fit", \.tracked.resetsOnFit,
        "Forget the best value when all layers begin to train, after frozen epochs."),
    ]
  }
}
