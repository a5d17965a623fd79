import DataBlocks
public import Models
public import Training

/// The arguments of `Learner.lrFind` for a plan.
public struct LRFindOptions: Sendable, Equatable {
  /// The first learning rate (`start_lr`).
  public var startLearningRate = 1e-7
  /// The learning rate after the last iteration (`end_lr`).
  public var endLearningRate = 10.0
  /// Number of training batches, at least 6 (`num_it`).
  public var iterations = 100
  /// Whether the search ends when the loss exceeds four times its minimum (`stop_div`).
  public var stopsOnDivergence = true

  /// Creates the defaults.
  public init() {}
}

extension TrainingPlan {
  /// Searches for a learning rate with the data, the network and the settings of the plan; no run is written.
  ///
  /// Where the plan trains the head first, the body is frozen in the search too, as fastai's `lr_find` before `fine_tune`.
  ///
  /// - Parameters:
  ///   - options: The range of rates and the number of batches.
  ///   - known: The architectures to look the plan's up in. Add your own.
  ///   - callbacks: More callbacks.
  ///   - notify: Receives events.
  /// - Returns: Losses by rate, and the suggestions of all methods.
  /// - Throws: What `run(in:)` throws before it trains, and `LRFindError`.
  public func lrFind(
    _ options: LRFindOptions = LRFindOptions(), among known: [Architecture] = Architecture.all,
    callbacks: [any Callback] = [], notify: (RunEvent) -> Void = { _ in }
  ) throws -> LRFindResult {
    let prepared = try prepare(among: known, folder: nil, notify: notify)
    for event in prepared.weightsEvents { notify(event) }
    let learner = prepared.learner
    if resolvedFreezeEpochs > 0 { learner.freeze() }
    learner.add(callbacks)
    defer { learner.remove(callbacks) }
    do {
      return try learner.lrFind(
        startLearningRate: options.startLearningRate, endLearningRate: options.endLearningRate,
        iterations: options.iterations, stopsOnDivergence: options.stopsOnDivergence,
        suggestions: SuggestionMethod.allCases)
    } catch {
      throw prepared.loaders.listingUnreadable(error)
    }
  }
}
