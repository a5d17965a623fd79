package import Settings
public import Training

/// How long to train, what to measure, and what to keep.
public struct TrainSettings: Sendable, Equatable {
  /// Epochs with all groups trainable.
  public var epochs = 5
  /// Epochs before that with the body frozen; nil: 1 for `fine_tune`, else 0.
  public var freezeEpochs: Int?
  /// The number that decides which epoch is best: "valid_loss" or a metric's name.
  public var monitor = "valid_loss"
  /// What is measured on the validation images after each epoch; nil: what belongs to the target.
  public var metrics: [MetricSettings]?
  /// What to do about a batch whose loss or gradient is not finite.
  public var onBadGradient = GradientCheck.Policy.stop

  /// Creates the defaults.
  public init() {}

  /// The most epochs of either kind.
  package static let epochLimit = 1_000_000
}

extension TrainSettings: SettingsGroup {
  package static let fields: [SettingsField<Self>] = [
    SettingsField(
      "epochs", \.epochs, .within(0, epochLimit), "Epochs with all layers trainable.",
      aliases: ["n_epoch", "num_epochs"]),
    SettingsField(
      "freeze_epochs", \.freezeEpochs, .within(0, epochLimit),
      "Epochs before these with a frozen body.",
      unset: "1 for fine_tune, else 0"),
    SettingsField(
      "metrics", \.metrics,
      "What is measured on the validation images after each epoch; arguments in parentheses.",
      unset: "accuracy and roc_auc_score, their _multi for labels, mae and r2_score for numbers"),
    SettingsField(
      "monitor", \.monitor,
      "The number that selects the best epoch: valid_loss, train_loss or one of the metrics."),
    SettingsField(
      "on_bad_gradient", \.onBadGradient,
      "If the loss or a gradient is not finite: stop, or skip the batch."),
  ]
}

extension GradientCheck.Policy: SettingsEnum {}
