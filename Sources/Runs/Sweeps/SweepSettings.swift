import Files
import Settings

/// How the trials of a sweep are chosen.
enum SweepMethod: String, SettingsEnum {
  /// All combinations of all values.
  case grid
  /// Values at random.
  case random
}

/// The seeds of a sweep: so many from the file's on, or a list.
enum SweepSeeds: SettingsValue {
  case count(Int)
  case list([UInt64])

  static var words: String { "a whole number, or a list of whole numbers" }

  init?(_ node: TOMLNode) {
    if let count = Int(node) {
      self = .count(count)
    } else if let list = [UInt64](node) {
      self = .list(list)
    } else {
      return nil
    }
  }

  var toml: TOMLValue? {
    switch self {
    case .count(let count): count.toml
    case .list(let list): list.toml
    }
  }

  static let allowed = Allowed<SweepSeeds>("1 to 1000 seeds, each once") { seeds in
    switch seeds {
    case .count(let count): (1...1000).contains(count)
    case .list(let list): (1...1000).contains(list.count) && Set(list).count == list.count
    }
  }

  /// The seeds.
  func seeds(from first: UInt64) -> [UInt64] {
    switch self {
    case .count(let count): (0..<UInt64(count)).map { first &+ $0 }
    case .list(let list): list
    }
  }
}

/// The table `[sweep]` of a settings file, without `[sweep.values]`.
struct SweepSettings: SettingsGroup {
  var method = SweepMethod.grid
  var trials: Int?
  var seeds: SweepSeeds?
  var folds: Int?

  static let key = "sweep"
  static let valuesKey = "values"
  static let defaultTrials = 20

  static let fields: [SettingsField<Self>] = [
    SettingsField(
      "method", \.method, "All combinations of the values, or values at random.",
      aliases: ["name", "strategy"]),
    SettingsField(
      "trials", \.trials, .within(1, SweepPlan.limit),
      "For random: how many times values are drawn.",
      unset: "20", aliases: ["n_trials", "count", "runs"]),
    SettingsField(
      "seeds", \.seeds, SweepSeeds.allowed,
      "Each setting is trained with each of these seeds; a number: so many from run.seed on.",
      unset: "run.seed only", aliases: ["seed", "repeats"]),
    SettingsField(
      "folds", \.folds, .within(2, 1000),
      "Each setting is trained on each of so many patient folds.",
      unset: "none", aliases: ["fold", "n_splits"]),
  ]

  /// All keys, dotted, for suggestions.
  static var knownKeys: [String] {
    fields.map { "\(key).\($0.key)" } + ["\(key).\(valuesKey)"]
  }

  static var keyAliases: [String: String] {
    var aliases: [String: String] = [:]
    for field in fields {
      for alias in field.aliases { aliases["\(key).\(alias)"] = "\(key).\(field.key)" }
    }
    for alias in ["parameters", "params", "settings", "space"] {
      aliases["\(key).\(alias)"] = "\(key).\(valuesKey)"
    }
    return aliases
  }
}
