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
    GradientAccumulationSettings.self, TerminateOnNaNSettings.self,
  ]

  package init?(_ choice: any SettingsChoice) {
    guard choice is any CallbackChoice else { return nil }
    self.choice = choice
  }

  init(_ choice: some CallbackChoice) { self.choice = choice }

  /// The callback for a run of a plan.
  func callback(_ plan: TrainingPlan) -> (any Callback)? {
    (choice as? any CallbackChoice)?.callback(plan)
  }

  /// The value that the callback follows; nil: it follows none, or the plan's.
  var monitor: String? { (choice as? any TrackerChoice)?.tracked.monitor }
}

/// The arguments of a callback.
protocol CallbackChoice: SettingsChoice {
  /// The callback for a run of a plan.
  func callback(_ plan: TrainingPlan) -> any Callback
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
    ]
  }
}
