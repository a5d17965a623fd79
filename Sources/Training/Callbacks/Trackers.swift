/// Follows one number of the table and knows when it got better.
public class Tracker: Callback {
  /// 60; a subclass says otherwise.
  public var order: Int { 60 }
  /// "train_loss", "valid_loss" or a metric's name.
  public let monitor: String
  /// A change has to be larger than this to count.
  public let minimumDelta: Double
  /// True where less is better: losses and errors, unless said.
  public let prefersLess: Bool
  /// Forget the best value when a fit begins.
  public let resetsOnFit: Bool
  /// The best value so far; nil before the first.
  public package(set) var best: Double?
  /// True if the last epoch brought the best value.
  public private(set) var isNewBest = false

  init(monitor: String, prefersLess: Bool?, minimumDelta: Double, resetsOnFit: Bool) {
    self.monitor = monitor
    self.minimumDelta = minimumDelta
    self.resetsOnFit = resetsOnFit
    self.prefersLess = prefersLess ?? (monitor.contains("loss") || monitor.contains("error"))
  }

  /// Follows the loop; only fits count, so that a validation by hand never overwrites anything.
  public func handle(_ event: Event, _ learner: Learner) throws {
    guard learner.isFitting else { return }
    switch event {
    case .beforeFit:
      if resetsOnFit { best = nil }
      let known =
        ["train_loss"] + (learner.valid == nil ? [] : ["valid_loss"] + learner.metrics.map(\.name))
      precondition(
        known.contains(monitor), "nothing called \(monitor) is measured; there are \(known)")
      fitWillBegin(learner)
    case .afterEpoch:
      // An epoch that was skipped has no row of its own.
      guard let row = learner.recorder.rows.last, row.epoch == learner.epoch,
        let value = row.value(of: monitor)
      else { return }
      isNewBest =
        best.map { prefersLess ? value < $0 - minimumDelta : value > $0 + minimumDelta }
        ?? value.isFinite
      if isNewBest { best = value }
      try epochDidEnd(learner)
    case .afterFit:
      try fitDidEnd(learner)
    default: break
    }
  }

  func fitWillBegin(_ learner: Learner) {}
  func epochDidEnd(_ learner: Learner) throws {}
  func fitDidEnd(_ learner: Learner) throws {}
}

/// Keeps the weights of the best epoch, and puts them back when the fit ends.
public final class SaveModelCallback: Tracker {
  /// 61.
  public override var order: Int { 61 }
  private let name: String
  private let everyEpoch: Int?
  private let atEnd: Bool
  private let withOptimizer: Bool

  /// Makes the callback.
  ///
  /// - Parameters:
  ///   - monitor: "valid_loss", or a metric's name.
  ///   - name: Name of the checkpoint.
  ///   - everyEpoch: Save every so many epochs as `name_epoch`, instead of the best.
  ///   - atEnd: Save at the end of the fit, instead of putting the best back.
  ///   - withOptimizer: Save the optimizer's state too.
  public init(
    monitor: String = "valid_loss", name: String = "model", prefersLess: Bool? = nil,
    minimumDelta: Double = 0, everyEpoch: Int? = nil, atEnd: Bool = false,
    withOptimizer: Bool = false,
    resetsOnFit: Bool = true
  ) {
    self.name = name
    self.everyEpoch = everyEpoch
    self.atEnd = atEnd
    self.withOptimizer = withOptimizer
    super.init(
      monitor: monitor, prefersLess: prefersLess, minimumDelta: minimumDelta,
      resetsOnFit: resetsOnFit)
  }

  override func epochDidEnd(_ learner: Learner) throws {
    if let everyEpoch {
      if learner.epoch % everyEpoch == 0 {
        try learner.checkpoints.save(
          "\(name)_\(learner.epoch)", learner, withOptimizer: withOptimizer)
      }
    } else if isNewBest, let best {
      // fastai keeps its numbers in single precision, and its users compare this very line.
      learner.report(
        "Better model found at epoch \(learner.epoch) with \(monitor) value: \(Double(Float(best)))."
      )
      try learner.checkpoints.save(name, learner, withOptimizer: withOptimizer)
    }
  }

  override func fitDidEnd(_ learner: Learner) throws {
    if atEnd {
      try learner.checkpoints.save(name, learner, withOptimizer: withOptimizer)
    } else if everyEpoch == nil, best != nil {
      try learner.checkpoints.load(name, into: learner, withOptimizer: withOptimizer)
    }
  }
}

/// Divides every learning rate when a number has not got better for a while.
public final class ReduceLROnPlateau: Tracker {
  /// 62.
  public override var order: Int { 62 }
  private let patience: Int
  private let factor: Double
  private let minimum: Double
  package var wait = 0

  /// Makes the callback.
  ///
  /// - Parameters:
  ///   - monitor: "valid_loss", or a metric's name.
  ///   - minimumDelta: A change has to be larger than this to count.
  ///   - patience: Epochs without a better value before the rates fall.
  ///   - factor: Rates are divided by it.
  ///   - minimum: No rate falls below.
  public init(
    monitor: String = "valid_loss", prefersLess: Bool? = nil, minimumDelta: Double = 0,
    patience: Int = 1,
    factor: Double = 10, minimum: Double = 0, resetsOnFit: Bool = true
  ) {
    self.patience = patience
    self.factor = factor
    self.minimum = minimum
    super.init(
      monitor: monitor, prefersLess: prefersLess, minimumDelta: minimumDelta,
      resetsOnFit: resetsOnFit)
  }

  override func fitWillBegin(_ learner: Learner) { wait = 0 }

  override func epochDidEnd(_ learner: Learner) throws {
    guard !isNewBest else {
      wait = 0
      return
    }
    wait += 1
    guard wait >= patience else { return }
    wait = 0
    for group in 0..<learner.optimizer.groupCount {
      let rate = learner.optimizer.hyperparameters[group].learningRate
      learner.optimizer.hyperparameters[group].learningRate = max(rate / factor, minimum)
    }
    let rate = learner.optimizer.hyperparameters.last?.learningRate ?? 0
    learner.report("Epoch \(learner.epoch): reducing lr to \(shortest(rate))")
  }
}

/// Ends the fit when a number has not got better for a while.
public final class EarlyStopping: Tracker {
  /// 63.
  public override var order: Int { 63 }
  private let patience: Int
  package var wait = 0

  /// Makes the callback; `patience` is in epochs.
  public init(
    monitor: String = "valid_loss", prefersLess: Bool? = nil, minimumDelta: Double = 0,
    patience: Int = 1,
    resetsOnFit: Bool = true
  ) {
    self.patience = patience
    super.init(
      monitor: monitor, prefersLess: prefersLess, minimumDelta: minimumDelta,
      resetsOnFit: resetsOnFit)
  }

  override func fitWillBegin(_ learner: Learner) { wait = 0 }

  override func epochDidEnd(_ learner: Learner) throws {
    guard !isNewBest else {
      wait = 0
      return
    }
    wait += 1
    guard wait >= patience else { return }
    learner.report("No improvement since epoch \(learner.epoch - wait): early stopping")
    throw Interruption.cancelFit
  }
}
