import DataBlocks

extension Learner {
  /// Trains on a few batches with a growing learning rate, and suggests rates from the losses (`lr_find`).
  ///
  ///     let found = try learner.lrFind(suggestions: SuggestionMethod.allCases)
  ///     try found.savePlot(to: "lr_find.png")
  ///     try learner.fitOneCycle(5, learningRate: .same(found.valley ?? 1e-3))
  ///
  /// The rate of iteration i of n is `start (end / start)^(i / n)`, in all parameter groups. Validation is skipped.
  /// Afterwards the learner is as before: weights, running statistics, gradients, optimizer, frozen groups, modes, records and
  /// counters, so that a fit gives the same bits as without the search. Callbacks that save, record or stop do not
  /// run (`Callback.runsInLRFind`).
  ///
  /// - Parameters:
  ///   - startLearningRate: The first learning rate (`start_lr`).
  ///   - endLearningRate: The learning rate after the last iteration (`end_lr`).
  ///   - iterations: Number of training batches, at least 6; more than an epoch has repeats the epoch (`num_it`).
  ///   - stopsOnDivergence: Whether the search ends when the smoothed loss exceeds four times its minimum (`stop_div`).
  ///   - suggestions: The methods that suggest a rate (`suggest_funcs`).
  /// - Returns: The rates, the smoothed losses and the suggestions.
  /// - Throws: What the data or a callback throws; `LRFindError` if there is no batch with a loss.
  /// - Precondition: The rates are positive.
  ///
  /// Reference: Smith, "Cyclical Learning Rates for Training Neural Networks", 2017.
  public func lrFind(
    startLearningRate: Double = 1e-7, endLearningRate: Double = 10, iterations: Int = 100,
    stopsOnDivergence: Bool = true, suggestions: [SuggestionMethod] = [.valley]
  ) throws -> LRFindResult {
    precondition(
      startLearningRate > 0 && endLearningRate > 0
        && startLearningRate.isFinite && endLearningRate.isFinite,
      "the learning rates \(startLearningRate) and \(endLearningRate) must be positive")
    guard train.batchCount > 0 else { throw LRFindError(reason: .noBatches) }
    let iterations = max(iterations, 6)
    let state = LearnerState(self)
    // A state to continue from is of the next fit, not of the search.
    resumed = nil
    let others = callbacks.filter { $0 !== recorder && $0.runsInLRFind }
    let resumable = try others.compactMap { callback in
      try (callback as? any ResumableCallback).map { (callback: $0, state: try $0.state()) }
    }
    let search = Recorder()
    search.printsTable = false
    recorder = search
    callbacks = []
    add(others + [search])
    let finder = LRFinder(
      .exponential(startLearningRate, endLearningRate), iterations: iterations,
      stopsOnDivergence: stopsOnDivergence)
    let outcome = Result {
      try fit(iterations / train.batchCount + 1, callbacks: [finder])
    }
    state.restore()
    for (callback, state) in resumable { try callback.restore(state) }
    try outcome.get()
    guard !search.losses.isEmpty else { throw LRFindError(reason: .noLoss) }
    return LRFindResult(
      learningRates: search.learningRates, losses: search.losses, iterations: iterations,
      methods: suggestions)
  }
}
