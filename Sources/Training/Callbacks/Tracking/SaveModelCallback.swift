/// Saves the weights of the best epoch and loads them when the fit ends (fastai's `SaveModelCallback`).
///
/// The weights are those that were validated: averaged ones with `ExponentialMovingAverage`.
public final class SaveModelCallback: TrackerCallback {
  /// Runs after the recorder.
  public override var order: Int { 61 }
  private let name: String
  private let everyEpoch: Int?
  private let atEnd: Bool
  private let withOptimizer: Bool

  /// Creates the callback.
  ///
  /// - Parameters:
  ///   - monitor: "train_loss", "valid_loss" or the name of a metric.
  ///   - name: Name of the checkpoint (`fname`).
  ///   - prefersLess: Whether lower values are better. Default: by the monitor's name (`comp`).
  ///   - minimumDelta: A change has to be larger than this to count as an improvement (`min_delta`).
  ///   - everyEpoch: Save every so many epochs as `name_epoch` instead of the best (`every_epoch`).
  ///   - atEnd: Save the last weights when the fit ends instead of loading the best (`at_end`).
  ///   - withOptimizer: Save and load the optimizer's state too (`with_opt`).
  ///   - resetsOnFit: Forget the best value when a fit begins (`reset_on_fit`).
  public init(
    monitor: String = "valid_loss", name: String = "model", prefersLess: Bool? = nil,
    minimumDelta: Double = 0, everyEpoch: Int? = nil, atEnd: Bool = false,
    withOptimizer: Bool = false, resetsOnFit: Bool = true
  ) {
    precondition(everyEpoch ?? 1 > 0, "everyEpoch is \(everyEpoch ?? 1); it must be at least 1")
    self.name = name
    self.everyEpoch = everyEpoch
    self.atEnd = atEnd
    self.withOptimizer = withOptimizer
    super.init(
      monitor: monitor, prefersLess: prefersLess, minimumDelta: minimumDelta,
      resetsOnFit: resetsOnFit)
  }

  /// The type, the checkpoint and the monitored column.
  public override var stateName: String { "SaveModelCallback.\(name).\(monitor)" }

  /// Saves the weights if the epoch is the best so far, or one of `everyEpoch`.
  public override func afterEpoch(_ learner: Learner) throws {
    if let everyEpoch {
      guard learner.epoch % everyEpoch == 0 else { return }
      try save("\(name)_\(learner.epoch)", learner)
      return
    }
    try super.afterEpoch(learner)
    guard isNewBest, let best else { return }
    // fastai prints its float32 values in double precision.
    learner.report(
      "Better model found at epoch \(learner.epoch) with \(monitor) value: \(Double(Float(best)))."
    )
    try save(name, learner)
  }

  private func save(_ name: String, _ learner: Learner) throws {
    try learner.withValidatedWeights {
      try learner.checkpoints.save(name, learner, withOptimizer: withOptimizer)
    }
  }

  /// Loads the best weights, or saves the last with `atEnd`.
  public override func afterFit(_ learner: Learner) throws {
    if atEnd {
      try learner.checkpoints.save(name, learner, withOptimizer: withOptimizer)
    } else if everyEpoch == nil, best != nil {
      try learner.checkpoints.load(name, into: learner, withOptimizer: withOptimizer)
    }
  }
}
