/// Ends the fit when a value stops improving (fastai's `EarlyStoppingCallback`).
public final class EarlyStoppingCallback: TrackerCallback {
  /// Runs after `SaveModelCallback` and `ReduceLROnPlateau`.
  public override var order: Int { 63 }
  private let patience: Int

  /// Creates the callback.
  ///
  /// - Parameters:
  ///   - monitor: "train_loss", "valid_loss" or the name of a metric.
  ///   - prefersLess: Whether lower values are better. Default: by the monitor's name (`comp`).
  ///   - minimumDelta: A change has to be larger than this to count as an improvement (`min_delta`).
  ///   - patience: Number of epochs without improvement before the fit ends.
  ///   - resetsOnFit: Forget the best value when a fit begins (`reset_on_fit`).
  public init(
    monitor: String = "valid_loss", prefersLess: Bool? = nil, minimumDelta: Double = 0,
    patience: Int = 1, resetsOnFit: Bool = true
  ) {
    self.patience = patience
    super.init(
      monitor: monitor, prefersLess: prefersLess, minimumDelta: minimumDelta,
      resetsOnFit: resetsOnFit)
  }

  /// Ends the fit after `patience` epochs without improvement.
  ///
  /// - Throws: `Interruption.cancelFit`.
  public override func afterEpoch(_ learner: Learner) throws {
    try super.afterEpoch(learner)
    guard value != nil, !isNewBest, wait >= patience else { return }
    learner.report("No improvement since epoch \(learner.epoch - wait): early stopping")
    throw Interruption.cancelFit
  }
}
