import Settings
import Training

/// The arguments of fastai's cross entropy with label smoothing.
struct LabelSmoothingSettings: LossChoice {
  static let name = "label_smoothing"
  static let target = TargetKind.category
  static let summary =
    "fastai's cross entropy with label smoothing (`LabelSmoothingCrossEntropyFlat`); weights do not apply to the smoothing."

  var epsilon = 0.1
  var weights = ClassWeighting.equal

  static let fields: [SettingsField<Self>] = [
    SettingsField(
      "eps", \.epsilon, .fraction, "The probability that is distributed over all classes.",
      aliases: ["epsilon", "label_smoothing"]),
    ClassWeighting.field(\.weights),
  ]

  func lossFunction(_ counts: ClassCounts) throws(PlanError) -> LossFunction {
    .labelSmoothingCrossEntropy(epsilon: epsilon, weights: try weights.values(counts))
  }
}

extension LossSettings {
  /// fastai's cross entropy with label smoothing (`LabelSmoothingCrossEntropyFlat`).
  ///
  /// - Parameters:
  ///   - epsilon: Probability that is distributed over all classes (`eps`).
  ///   - weights: Weights of the classes (`weight`).
  /// - Returns: The settings of the loss.
  public static func labelSmoothing(
    epsilon: Double = 0.1, weights: ClassWeighting = .equal
  ) -> LossSettings {
    LossSettings(LabelSmoothingSettings(epsilon: epsilon, weights: weights))
  }
}
