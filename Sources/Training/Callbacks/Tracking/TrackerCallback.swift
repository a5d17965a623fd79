/// Tracks the best value of one column of the recorder's table (fastai's `TrackerCallback`).
///
/// A subclass overrides `beforeFit`, `afterEpoch` or `afterFit` and calls `super` first. Other events
/// are not members of this class, so Swift does not call them on a subclass: handle them in a
/// separate `Callback`.
open class TrackerCallback: Callback {
  /// Runs after the recorder.
  open var order: Int { 60 }
  /// False: the losses of a search for a learning rate are not tracked.
  public var runsInLRFind: Bool { false }
  /// The column to track: "train_loss", "valid_loss" or the name of a metric.
  public let monitor: String
  /// The smallest change that counts as an improvement is larger than this (`min_delta`).
  package let minimumDelta: Double
  /// True if lower values are better (`comp`).
  package let prefersLess: Bool
  private let resetsOnFit: Bool
  /// The value of the last epoch; nil if the epoch was canceled before it was measured.
  public private(set) var value: Double?
  /// The best value so far; nil before the first finite one.
  public private(set) var best: Double?
  /// True if the last epoch improved on the best value (`new_best`).
  public private(set) var isNewBest = false
  /// Epochs since the last improvement, for subclasses with patience.
  package internal(set) var wait = 0

  /// Whether lower values of a monitored value are better, by its name.
  package static func prefersLess(_ monitor: String) -> Bool {
    monitor.contains("loss") || monitor.contains("error")
  }

  /// Creates a tracker.
  ///
  /// - Parameters:
  ///   - monitor: "train_loss", "valid_loss" or the name of a metric.
  ///   - prefersLess: Whether lower values are better. Default: true if the name contains "loss" or
  ///     "error" (`comp`).
  ///   - minimumDelta: A change has to be larger than this to count as an improvement (`min_delta`).
  ///   - resetsOnFit: Forget the best value when a fit begins (`reset_on_fit`).
  public init(
    monitor: String = "valid_loss", prefersLess: Bool? = nil, minimumDelta: Double = 0,
    resetsOnFit: Bool = true
  ) {
    self.monitor = monitor
    self.minimumDelta = minimumDelta
    self.resetsOnFit = resetsOnFit
    self.prefersLess = prefersLess ?? Self.prefersLess(monitor)
  }

  /// Restarts the count of epochs without improvement; forgets the best value if `resetsOnFit` is set.
  ///
  /// - Precondition: `monitor` is a column of the table.
  open func beforeFit(_ learner: Learner) throws {
    wait = 0
    if resetsOnFit { best = nil }
    let known =
      ["train_loss"] + (learner.valid == nil ? [] : ["valid_loss"] + learner.metrics.map(\.name))
    precondition(
      known.contains(monitor), "cannot monitor \"\(monitor)\"; the columns are \(known)")
  }

  /// Updates `value`, `best` and `isNewBest` from the row of the epoch.
  open func afterEpoch(_ learner: Learner) throws {
    isNewBest = false
    value = learner.recorder.rows.last.flatMap {
      $0.epoch == learner.epoch ? $0.value(of: monitor) : nil
    }
    guard let value else { return }
    isNewBest =
      best.map { prefersLess ? value < $0 - minimumDelta : value > $0 + minimumDelta }
      ?? value.isFinite
    if isNewBest { best = value }
    wait = isNewBest ? 0 : wait + 1
  }

  /// Does nothing.
  open func afterFit(_ learner: Learner) throws {}
}
