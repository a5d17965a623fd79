import Settings
import Training

/// The arguments of focal loss.
struct FocalSettings: LossChoice {
  static let name = "focal"
  static let target = TargetKind.category
  static let summary =
    "Focal loss with softmax (`FocalLossFlat`): predictions that are right and confident count less."

  var gamma = 2.0
  var weights = ClassWeighting.equal

  static let fields: [SettingsField<Self>] = [
    SettingsField(
      "gamma", \.gamma, .atLeast(0),
      "How much less confident predictions count; 0 is cross entropy."),
    ClassWeighting.field(\.weights),
  ]

  func lossFunction(_ counts: ClassCounts) throws(PlanError) -> LossFunction {
    .focal(gamma: gamma, weights: try weights.values(counts))
  }
}

extension LossSettings {
  /// Focal loss with softmax (`FocalLossFlat`).
  ///
  /// - Parameters:
  ///   - gamma: How much less confident predictions count; 0 is cross entropy.
  ///   - weights: Weights of the classes (`weight`).
  /// - Returns: The settings of the loss.
  public static func focal(gamma: Double = 2, weights: ClassWeighting = .equal) -> LossSettings {
    LossSettings(FocalSettings(gamma: gamma, weights: weights))
  }
}
