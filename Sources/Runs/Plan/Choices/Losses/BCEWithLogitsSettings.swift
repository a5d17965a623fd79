import Settings
import Training

/// The arguments of binary cross entropy.
struct BCEWithLogitsSettings: LossChoice {
  static let name = "bce_with_logits"
  static let target = TargetKind.multiCategory
  static let summary =
    "Binary cross entropy with sigmoid (`BCEWithLogitsLossFlat`), for labels that do not exclude each other."

  var threshold = 0.5
  var positiveWeights = ClassWeighting.equal

  static let fields: [SettingsField<Self>] = [
    SettingsField(
      "thresh", \.threshold, .fraction, "A label is present if its probability is above this.",
      aliases: ["threshold"]),
    SettingsField(
      "pos_weight", \.positiveWeights, ClassWeighting.allowed,
      "Weights of the images that have a label: \"balanced\" is images without the label per image with it; "
        + "a list is in the order of the labels.", aliases: ["weights", "weight"]),
  ]

  func lossFunction(_ counts: ClassCounts) throws(PlanError) -> LossFunction {
    .bceWithLogits(
      threshold: Float(threshold), positiveWeights: try positiveWeights.positiveValues(counts))
  }
}

extension LossSettings {
  /// Binary cross entropy with sigmoid (`BCEWithLogitsLossFlat`).
  ///
  /// - Parameters:
  ///   - threshold: A label is present if its probability is above (`thresh`).
  ///   - positiveWeights: Weights of the items that have a label (`pos_weight`).
  /// - Returns: The settings of the loss.
  public static func bceWithLogits(
    threshold: Double = 0.5, positiveWeights: ClassWeighting = .equal
  ) -> LossSettings {
    LossSettings(BCEWithLogitsSettings(threshold: threshold, positiveWeights: positiveWeights))
  }
}
