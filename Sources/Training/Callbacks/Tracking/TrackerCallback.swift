public import Files

/// Tracks the best value of one column of the recorder's table (fastai's `TrackerCallback`).
///
/// A subclass overrides `beforeFit`, `afterEpoch` or `afterFit` and calls `super` first. Other events
/// are not members of this class, so Swift does not call them on a subclass: handle them in a
/// separate `Callback`. One with more state overrides `state` and `restore` too.
open class TrackerCallback: ResumableCallback {
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
      || ["mae", "mse", "rmse"].contains(monitor)
  }

  /// Creates a tracker.
  ///
  /// - Parameters:
  ///   - monitor: "train_loss", "valid_loss" or the name of a metric.
  ///   - prefersLess: Whether lower values are better. Default: true if the name contains "loss" or
  ///     "error", or is mae, mse or rmse (`comp`).
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
  /// - Throws: `UnknownMonitor` if `monitor` is not a column of the table.
  open func beforeFit(_ learner: Learner) throws {
    wait = 0
    if resetsOnFit { best = nil }
    let known =
      ["train_loss"] + (learner.valid == nil ? [] : ["valid_loss"] + learner.metrics.map(\.name))
    guard known.contains(monitor) else {
      throw UnknownMonitor(
        monitor: monitor, known: known, hasValidation: learner.valid != nil)
    }
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

  // MARK: Resuming

  /// The type and the monitored column.
  open var stateName: String { "\(type(of: self)).\(monitor)" }

  struct Tracked: Codable {
    var value: Double?
    var best: Double?
    var isNewBest: Bool
    var wait: Int
  }

  var tracked: Tracked {
    get { Tracked(value: value, best: best, isNewBest: isNewBest, wait: wait) }
    set {
      (value, best, isNewBest, wait) = (
        newValue.value, newValue.best, newValue.isNewBest, newValue.wait
      )
    }
  }

  /// The value of the last epoch, the best value, and the epochs since.
  open func state() throws -> CallbackState { try CallbackState(tracked) }

  /// Restores what `state` returned.
  ///
  /// - Throws: `DecodingError` if it is the state of another callback.
  open func restore(_ state: CallbackState) throws { tracked = try state.values(as: Tracked.self) }
}

/// A tracker monitors a column that the table of epochs does not have.
public struct UnknownMonitor: LightboxError, Equatable {
  /// The column.
  package let monitor: String
  /// The columns of the table.
  package let known: [String]
  /// Whether the learner has validation data.
  package let hasValidation: Bool

  package init(monitor: String, known: [String], hasValidation: Bool) {
    self.monitor = monitor
    self.known = known
    self.hasValidation = hasValidation
  }

  /// The column.
  public var place: ErrorPlace { ErrorPlace(element: monitor) }

  /// What the table has.
  public var problem: String {
    let why = hasValidation ? "" : " without validation data"
    return "it cannot be monitored: the columns\(why) are \(known.joined(separator: ", "))"
  }

  /// The nearest column.
  public var remedy: String? {
    NearestName.nearest(to: monitor, among: known).map { "did you mean \($0)?" }
      ?? (hasValidation ? "add the metric to the learner" : "give the learner validation data")
  }
}
