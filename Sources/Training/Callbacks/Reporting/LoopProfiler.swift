import Console

/// Measures where the time of training goes: waiting for images, steps of the network, validation, each callback.
///
///     let profiler = LoopProfiler()
///     try learner.fit(1, callbacks: [profiler])
///     print(profiler)
///
/// It adds less than a microsecond per callback and event.
public final class LoopProfiler: Callback, CustomStringConvertible {
  /// Runs before all others, so that their `beforeFit` is measured.
  public let order = Int.min
  /// False: a search for a learning rate is not part of the training.
  public let runsInLRFind = false

  /// Seconds of waiting for training batches.
  public private(set) var trainDataSeconds = 0.0
  /// Seconds of waiting for validation batches.
  public private(set) var validDataSeconds = 0.0
  /// Seconds of forward pass, loss, backward pass and optimizer of training batches.
  public private(set) var trainSeconds = 0.0
  /// Seconds of forward pass and loss of validation batches.
  public private(set) var validSeconds = 0.0
  /// Seconds in all functions of the callbacks, by type.
  public private(set) var callbackSeconds: [String: Double] = [:]
  /// Number of training batches.
  public private(set) var trainBatches = 0
  /// Number of validation batches.
  public private(set) var validBatches = 0

  /// Creates a profiler with zero seconds.
  public init() {}

  /// Measures this fit.
  public func beforeFit(_ learner: Learner) { learner.profiler = self }

  /// Seconds in all callbacks.
  public var allCallbackSeconds: Double { callbackSeconds.values.reduce(0, +) }

  /// The sum of all parts, in seconds.
  public var seconds: Double {
    trainDataSeconds + validDataSeconds + trainSeconds + validSeconds + allCallbackSeconds
  }

  /// A table: seconds, share and milliseconds per batch of each part.
  public var description: String {
    var table = TextTable(["part", .right("seconds"), .right("share"), .right("ms per batch")])
    func add(_ name: String, _ part: Double, _ batches: Int) {
      table.append([
        name, NumberFormat.fixed(part, 2),
        NumberFormat.fixed(100 * part / max(seconds, 1e-9), 1) + " %",
        batches == 0 ? "–" : NumberFormat.fixed(1000 * part / Double(batches), 2),
      ])
    }
    add("waiting for training images", trainDataSeconds, trainBatches)
    add("training steps", trainSeconds, trainBatches)
    add("waiting for validation images", validDataSeconds, validBatches)
    add("validation", validSeconds, validBatches)
    for (name, part) in callbackSeconds.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
      add(name, part, trainBatches)
    }
    return table.description
  }

  // MARK: What the loop reports

  func waited(_ seconds: Double, isTraining: Bool) {
    if isTraining { trainDataSeconds += seconds } else { validDataSeconds += seconds }
  }

  /// Measures a batch; the callbacks' share is subtracted.
  func batch(isTraining: Bool, _ body: () throws -> Void) rethrows {
    let (started, callbacks) = (ContinuousClock.now, allCallbackSeconds)
    defer {
      let part = (ContinuousClock.now - started) / .seconds(1) - (allCallbackSeconds - callbacks)
      if isTraining {
        (trainSeconds, trainBatches) = (trainSeconds + part, trainBatches + 1)
      } else {
        (validSeconds, validBatches) = (validSeconds + part, validBatches + 1)
      }
    }
    try body()
  }

  func callback(_ callback: any Callback, _ body: () throws -> Void) rethrows {
    let started = ContinuousClock.now
    defer {
      callbackSeconds["\(type(of: callback))", default: 0] +=
        (ContinuousClock.now - started) / .seconds(1)
    }
    try body()
  }
}
