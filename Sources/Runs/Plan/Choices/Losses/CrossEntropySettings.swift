import Settings
import Training

/// The arguments of cross entropy.
struct CrossEntropySettings: LossChoice {
  static let name = "cross_entropy"
  static let target = TargetKind.category
  static let summary = "Cross entropy with softmax, for classes that exclude each other."

  var weights = ClassWeighting.equal
  var labelSmoothing = 0.0

  static let fields: [SettingsField<Self>] = [
    ClassWeighting.field(\.weights),
    SettingsField(
      "label_smoothing", \.labelSmoothing, .fraction,
      "The fraction of the target that is spread over all classes.", aliases: ["eps"]),
  ]

  func lossFunction(_ counts: ClassCounts) throws(PlanError) -> LossFunction {
    .crossEntropy(weights: try weights.values(counts), labelSmoothing: labelSmoothing)
  }
}

extension LossSettings {
  /// Cross entropy with softmax (`CrossEntropyLossFlat`).
  ///
  /// - Parameters:
  ///   - weights: Weights of the classes (`weight`).
  ///   - labelSmoothing: Fraction of the target spread over all classes (`label_smoothing`).
  /// - Returns: The settings of the loss.
  public static func crossEntropy(
    weights: ClassWeighting = .equal, labelSmoothing: Double = 0
  ) -> LossSettings {
    LossSettings(CrossEntropySettings(weights: weights, labelSmoothing: labelSmoothing))
  }
}
