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
  package static let all: [any SettingsChoice.Type] = [
    AdamSettings.self, SGDSettings.self, RMSPropSettings.self, RAdamSettings.self,
    QHAdamSettings.self, LambSettings.self, LarcSettings.self, LookaheadSettings.self,
    RangerSettings.self, TorchSGDSettings.self, TorchAdamSettings.self, TorchAdamWSettings.self,
    TorchRMSpropSettings.self, TorchRAdamSettings.self,
  ]

  package init?(_ choice: any SettingsChoice) {
    guard choice is any OptimizerChoice else { return nil }
    self.choice = choice
  }

  init(_ choice: some OptimizerChoice) { self.choice = choice }

  /// The update rule.
  var rule: any UpdateRule { (choice as? any OptimizerChoice)?.rule ?? Adam() }

  /// Arguments that do not go together.
  var conflict: SettingsConflict? { (choice as? any OptimizerChoice)?.conflict }
}

/// The arguments of an update rule.
protocol OptimizerChoice: SettingsChoice {
  /// The rule with these arguments.
  ///
  /// - Precondition: The arguments are in their ranges and go together.
  var rule: any UpdateRule { get }
  /// Arguments that do not go together.
  var conflict: SettingsConflict? { get }
}

extension OptimizerChoice {
  var conflict: SettingsConflict? { nil }
}

extension SettingsField {
  /// β₁ and β₂ of PyTorch's rules, of which a schedule may change the first.
  static func betas(_ path: WritableKeyPath<Group, [Double]> & Sendable) -> SettingsField {
    SettingsField(
      "betas", path, .each(.from(0, below: 1), count: 2...2),
      "β₁, which a schedule may change, and β₂.")
  }

  /// The variant of PyTorch's Adam that keeps the maximum.
  static func amsgrad(_ path: WritableKeyPath<Group, Bool> & Sendable) -> SettingsField {
    SettingsField(
      "amsgrad", path, "Divide by the maximum of the averages of the square so far.")
  }

  /// β₂, or α of RMSProp.
  static func squareMomentum(
    _ path: WritableKeyPath<Group, Double> & Sendable, _ help: String = "β₂."
  ) -> SettingsField {
    SettingsField(
      "sqr_mom", path, .from(0, below: 1), help, aliases: ["beta2", "betas", "alpha"])
  }

  /// ε.
  static func epsilon(
    _ path: WritableKeyPath<Group, Double> & Sendable, _ help: String = "Added to the denominator."
  ) -> SettingsField {
    SettingsField("eps", path, .above(0), help, aliases: ["epsilon"])
  }

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
