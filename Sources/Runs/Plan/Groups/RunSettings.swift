package import Settings

/// What a run is called, and its seed.
public struct RunSettings: Sendable, Equatable {
  /// The name of the run; nil: the name of its folder.
  public var name: String?
  /// Words to find the run by.
  public var tags: [String] = []
  /// Anything worth knowing.
  public var notes = ""
  /// Seeds the split, the weights, the order and the random transforms.
  public var seed: UInt64 = 42

  /// Creates the defaults.
  public init() {}
}

extension RunSettings: SettingsGroup {
  package static let fields: [SettingsField<Self>] = [
    SettingsField("name", \.name, "A name for the run.", unset: "the name of its folder"),
    SettingsField("tags", \.tags, "Words to find the run by."),
    SettingsField("notes", \.notes, "Anything worth knowing."),
    SettingsField(
      "seed", \.seed, .within(0, .max),
      "Seeds the split, the weights, the order and the augmentation.", aliases: ["random_seed"]),
  ]
}
