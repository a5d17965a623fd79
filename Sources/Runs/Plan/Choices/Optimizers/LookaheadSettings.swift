import Settings
import Training

/// The arguments of fastai's Lookahead.
struct LookaheadSettings: OptimizerChoice {
  static let name = "lookahead"
  static let summary =
    "fastai's Lookahead over another optimizer: every k steps, slow weights move towards the weights."

  var inner = OptimizerSettings.adam()
  var k = 6
  var alpha = 0.5

  static let fields: [SettingsField<Self>] = [
    SettingsField(
      "opt", \.inner,
      "The optimizer of the steps between: its name, or a table [optimizer.opt] with its arguments.",
      aliases: ["inner", "base_optimizer"]),
    .lookaheadSteps(\.k),
    .lookaheadFactor(\.alpha),
  ]

  var rule: any UpdateRule { Lookahead(inner.rule, k: k, alpha: alpha) }

  var conflict: SettingsConflict? {
    inner.conflict.map {
      SettingsConflict(key: "opt.\($0.key)", value: $0.value, allowed: $0.allowed)
    }
  }
}

extension SettingsField {
  /// The steps of Lookahead.
  static func lookaheadSteps(_ path: WritableKeyPath<Group, Int> & Sendable) -> SettingsField {
    SettingsField(
      "k", path, .within(1, 1_000_000), "Number of steps after which the slow weights move.")
  }

  /// The factor of Lookahead.
  static func lookaheadFactor(_ path: WritableKeyPath<Group, Double> & Sendable) -> SettingsField {
    SettingsField("alpha", path, .fraction, "The part of the way that the slow weights move.")
  }

  /// The softplus of RAdam's denominator.
  static func softplus(_ path: WritableKeyPath<Group, Double> & Sendable) -> SettingsField {
    SettingsField(
      "beta", path, .atLeast(0), "β of a softplus of the denominator; 0: no softplus.")
  }
}

extension OptimizerSettings {
  /// fastai's Lookahead (`Lookahead`).
  ///
  /// - Parameters:
  ///   - inner: The optimizer of the steps between (`opt`).
  ///   - k: Number of steps after which the slow weights move.
  ///   - alpha: The part of the way that the slow weights move.
  /// - Returns: The settings of the optimizer.
  public static func lookahead(
    _ inner: OptimizerSettings = .adam(), k: Int = 6, alpha: Double = 0.5
  ) -> OptimizerSettings {
    OptimizerSettings(LookaheadSettings(inner: inner, k: k, alpha: alpha))
  }
}
