import Console

/// Divides all learning rates when a value stops improving (fastai's `ReduceLROnPlateau`).
///
/// Has no effect under a scheduler that sets the rates of each batch, such as `fitOneCycle`.
public final class ReduceLROnPlateau: TrackerCallback {
  /// Runs after `SaveModelCallback`.
  public override var order: Int { 62 }
  private let patience: Int
  private let factor: Double
  private let minimum: Double
  /// The rates after the last reduction of this fit; nil before it.
  private var rates: [Double]?
  private weak var learner: Learner?

  /// Creates the callback.
  ///
  /// - Parameters:
  ///   - monitor: "train_loss", "valid_loss" or the name of a metric.
  ///   - prefersLess: Whether lower values are better. Default: by the monitor's name (`comp`).
  ///   - minimumDelta: A change has to be larger than this to count as an improvement (`min_delta`).
  ///   - patience: Number of epochs without improvement before the rates are reduced.
  ///   - factor: The rates are divided by this.
  ///   - minimumLearningRate: No rate is reduced below this (`min_lr`).
  ///   - resetsOnFit: Forget the best value when a fit begins (`reset_on_fit`).
  public init(
    monitor: String = "valid_loss", prefersLess: Bool? = nil, minimumDelta: Double = 0,
    patience: Int = 1, factor: Double = 10, minimumLearningRate: Double = 0,
    resetsOnFit: Bool = true
  ) {
    self.patience = patience
    self.factor = factor
    minimum = minimumLearningRate
    super.init(
      monitor: monitor, prefersLess: prefersLess, minimumDelta: minimumDelta,
      resetsOnFit: resetsOnFit)
  }

  /// Restarts the count of epochs without improvement.
  ///
  /// - Throws: `UnknownMonitor` if `monitor` is not a column of the table.
  public override func beforeFit(_ learner: Learner) throws {
    try super.beforeFit(learner)
    rates = nil
    self.learner = learner
  }

  /// Reduces the rates after `patience` epochs without improvement.
  public override func afterEpoch(_ learner: Learner) throws {
    try super.afterEpoch(learner)
    guard value != nil, !isNewBest, wait >= patience else { return }
    wait = 0
    for group in 0..<learner.optimizer.groupCount {
      let rate = learner.optimizer.hyperparameters[group].learningRate
      learner.optimizer.hyperparameters[group].learningRate = max(rate / factor, minimum)
    }
    rates = learner.optimizer.hyperparameters.map(\.learningRate)
    let rate = rates?.last ?? 0
    learner.report("Epoch \(learner.epoch): reducing lr to \(NumberFormat.significant(rate, 15))")
  }

  private struct Saved: Codable {
    var tracked: Tracked
    var rates: [Double]?
  }

  /// The state of the tracker and the reduced rates.
  public override func state() throws -> CallbackState {
    try CallbackState(Saved(tracked: tracked, rates: rates))
  }

  /// Restores the state of the tracker, and sets the rates if they were reduced.
  ///
  /// - Throws: `DecodingError` if it is the state of another callback.
  public override func restore(_ state: CallbackState) throws {
    let saved = try state.values(as: Saved.self)
    tracked = saved.tracked
    rates = saved.rates
    guard let rates, let learner, rates.count == learner.optimizer.groupCount else { return }
    for (group, rate) in rates.enumerated() {
      learner.optimizer.hyperparameters[group].learningRate = rate
    }
  }
}
