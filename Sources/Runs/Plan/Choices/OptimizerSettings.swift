package import Settings
import Training

/// An update rule with its arguments.
///
/// A new one is a file with an `OptimizerChoice` and a line in `all`.
public struct OptimizerSettings: Sendable, Equatable {
  package let choice: any SettingsChoice

  /// Equal if name and arguments are.
  public static func == (a: Self, b: Self) -> Bool { a.table == b.table }
}

extension OptimizerSettings: SettingsKind {
  package static let all: [any SettingsChoice.Type] = [AdamSettings.self, SGDSettings.self]

  package init?(_ choice: any SettingsChoice) {
    guard choice is any OptimizerChoice else { return nil }
    self.choice = choice
  }

  init(_ choice: some OptimizerChoice) { self.choice = choice }

  /// The update rule.
  var rule: any UpdateRule { (choice as? any OptimizerChoice)?.rule ?? Adam() }
}

/// The arguments of an update rule.
protocol OptimizerChoice: SettingsChoice {
  /// The rule with these arguments.
  var rule: any UpdateRule { get }
}

extension SettingsField {
  /// Momentum, of which a schedule may change the value.
  static func momentum(
    _ path: WritableKeyPath<Group, Double> & Sendable, _ help: String
  ) -> SettingsField {
    SettingsField("momentum", path, .from(0, below: 1), help, aliases: ["mom", "beta1", "betas"])
  }

  /// Weight decay.
  static func weightDecay(
    _ path: WritableKeyPath<Group, Double> & Sendable
  ) -> SettingsField {
    SettingsField("weight_decay", path, .atLeast(0), "Weight decay.", aliases: ["wd"])
  }

  /// Whether weights decay by themselves.
  static func decoupled(_ path: WritableKeyPath<Group, Bool> & Sendable) -> SettingsField {
    SettingsField(
      "decouple_wd", path, "Decay the weights; false: add the decay to the gradient (L2).",
      aliases: ["decoupled"])
  }
}
