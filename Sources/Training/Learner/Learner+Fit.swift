extension Learner {
  /// Trains with the 1cycle policy: the learning rate rises along a cosine, then falls; momentum moves
  /// the other way (`fit_one_cycle`).
  ///
  /// - Parameters:
  ///   - epochs: Number of epochs (`n_epoch`).
  ///   - learningRate: The highest learning rate. Default: the learner's (`lr_max`).
  ///   - division: The first learning rate is the highest divided by this (`div`).
  ///   - finalDivision: The last learning rate is the highest divided by this (`div_final`).
  ///   - startFraction: Fraction of training in which the rate rises (`pct_start`).
  ///   - momenta: Momentum at the start, at the highest rate and at the end (`moms`).
  ///   - weightDecay: Default: unchanged (`wd`).
  ///   - callbacks: Callbacks for this call only (`cbs`).
  ///   - startEpoch: The first epoch, when an earlier process trained those before (`start_epoch`).
  /// - Throws: As `fit`.
  ///
  /// Reference: Smith, "Super-Convergence: Very Fast Training of Neural Networks Using Large Learning
  /// Rates", 2018.
  public func fitOneCycle(
    _ epochs: Int, learningRate: LearningRates? = nil, division: Double = 25,
    finalDivision: Double = 1e5, startFraction: Double = 0.25,
    momenta: (Double, Double, Double) = (0.95, 0.85, 0.95),
    weightDecay: Double? = nil, callbacks: [any Callback] = [], startEpoch: Int = 0
  ) throws {
    let rates = learningRate ?? self.learningRate
    let schedules = rates.values(groups: optimizer.groupCount).map {
      Schedule.combinedCos(startFraction: startFraction, $0 / division, $0, $0 / finalDivision)
    }
    let momentum = Schedule.combinedCos(
      startFraction: startFraction, momenta.0, momenta.1, momenta.2)
    try fit(
      epochs, learningRate: rates, weightDecay: weightDecay,
      callbacks: callbacks + [ParamScheduler([.learningRate: schedules, .momentum: [momentum]])],
      startEpoch: startEpoch)
  }

  /// Trains at a constant learning rate that falls along a cosine at the end (`fit_flat_cos`).
  ///
  /// - Parameters:
  ///   - epochs: Number of epochs (`n_epoch`).
  ///   - learningRate: The constant learning rate. Default: the learner's (`lr`).
  ///   - finalDivision: The last learning rate is the constant one divided by this (`div_final`).
  ///   - startFraction: Fraction of training at the constant rate (`pct_start`).
  ///   - weightDecay: Default: unchanged (`wd`).
  ///   - callbacks: Callbacks for this call only (`cbs`).
  ///   - startEpoch: The first epoch, when an earlier process trained those before (`start_epoch`).
  /// - Throws: As `fit`.
  public func fitFlatCos(
    _ epochs: Int, learningRate: LearningRates? = nil, finalDivision: Double = 1e5,
    startFraction: Double = 0.75, weightDecay: Double? = nil, callbacks: [any Callback] = [],
    startEpoch: Int = 0
  ) throws {
    let rates = learningRate ?? self.learningRate
    let schedules = rates.values(groups: optimizer.groupCount).map {
      Schedule.combined(
        [startFraction, 1 - startFraction], [.constant($0), .cosine($0, $0 / finalDivision)])
    }
    try fit(
      epochs, learningRate: rates, weightDecay: weightDecay,
      callbacks: callbacks + [ParamScheduler([.learningRate: schedules])], startEpoch: startEpoch)
  }

  /// Trains in cycles of cosine annealing with warm restarts (`fit_sgdr`, SGDR).
  ///
  /// The rate of each cycle falls from the given one to 0 along half a cosine.
  ///
  /// - Parameters:
  ///   - cycles: Number of cycles (`n_cycles`).
  ///   - cycleLength: Number of epochs of the first cycle (`cycle_len`).
  ///   - learningRate: The rate at the start of each cycle. Default: the learner's (`lr_max`).
  ///   - cycleMultiplier: Each cycle has this many times as many epochs as the one before (`cycle_mult`). fastai cannot
  ///     train with 1.
  ///   - weightDecay: Default: unchanged (`wd`).
  ///   - callbacks: Callbacks for this call only (`cbs`).
  ///   - startEpoch: The first epoch, when an earlier process trained those before (`start_epoch`).
  /// - Throws: As `fit`.
  /// - Precondition: All three numbers are at least 1.
  ///
  /// Reference: Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", 2017.
  public func fitSGDR(
    _ cycles: Int, cycleLength: Int, learningRate: LearningRates? = nil, cycleMultiplier: Int = 2,
    weightDecay: Double? = nil, callbacks: [any Callback] = [], startEpoch: Int = 0
  ) throws {
    precondition(
      cycles >= 1 && cycleLength >= 1 && cycleMultiplier >= 1,
      "\(cycles) cycles of \(cycleLength) epochs, multiplied by \(cycleMultiplier); each must be at least 1"
    )
    let rates = learningRate ?? self.learningRate
    var lengths = [cycleLength]
    for _ in 1..<cycles { lengths.append(lengths[lengths.count - 1] * cycleMultiplier) }
    let epochs = lengths.reduce(0, +)
    let schedules = rates.values(groups: optimizer.groupCount).map { rate in
      Schedule.combined(
        lengths.map { Double($0) / Double(epochs) }, lengths.map { _ in .cosine(rate, 0) })
    }
    try fit(
      epochs, learningRate: rates, weightDecay: weightDecay,
      callbacks: callbacks + [ParamScheduler([.learningRate: schedules])], startEpoch: startEpoch)
  }
}
