import Logbook
package import Settings

/// When the state of a run is saved, so that it can be resumed.
public struct CheckpointSettings: Sendable, Equatable {
  /// Save every so many steps; nil: by time.
  public var everySteps: Int?
  /// Save every so many minutes; nil: so that less than a minute is lost.
  public var everyMinutes: Double?

  /// Creates the defaults.
  public init() {}

  /// When a state is due: by steps if they are set, else by minutes.
  var interval: CheckpointInterval {
    everySteps.map { .steps($0) } ?? everyMinutes.map { .seconds($0 * 60) } ?? .automatic
  }
}

extension CheckpointSettings: SettingsGroup {
  package static let fields: [SettingsField<Self>] = [
    SettingsField(
      "every_steps", \.everySteps, .within(1, 1_000_000_000), "Save every so many steps.",
      unset: "by time"),
    SettingsField(
      "every_minutes", \.everyMinutes, .above(0, atMost: 1e6), "Save every so many minutes.",
      unset: "so that less than a minute is lost"),
  ]
}
