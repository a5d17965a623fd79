extension Learner {
  /// Trains the last group alone, then all groups at half the rate, early groups slower (`fine_tune`).
  ///
  /// If a callback ends the first part with `Interruption.cancelFit`, the second part does not start:
  /// `fitWasCanceled` is true and the groups stay frozen. (fastai starts the second part.)
  ///
  /// - Parameters:
  ///   - epochs: Epochs with all groups trainable.
  ///   - baseLearningRate: Highest learning rate of the last group in the first part (`base_lr`).
  ///   - freezeEpochs: Epochs with only the last group trainable (`freeze_epochs`).
  ///   - learningRateMultiplier: In the second part, ratio of the last group's rate to the first's
  ///     (`lr_mult`).
  ///   - startFraction: Fraction of the second part in which the rate rises (`pct_start`).
  ///   - division: The first rate of the second part is its highest divided by this (`div`).
  ///   - finalDivision: The last rate of each part is its highest divided by this (`div_final`).
  ///   - momenta: Momentum at the start, at the highest rate and at the end of each part (`moms`).
  ///   - weightDecay: Default: unchanged (`wd`).
  ///   - callbacks: Callbacks for both parts (`cbs`).
  /// - Throws: As `fit`.
  public func fineTune(
    _ epochs: Int, baseLearningRate: Double = 2e-3, freezeEpochs: Int = 1,
    learningRateMultiplier: Double = 100, startFraction: Double = 0.3, division: Double = 5,
    finalDivision: Double = 1e5, momenta: (Double, Double, Double) = (0.95, 0.85, 0.95),
    weightDecay: Double? = nil, callbacks: [any Callback] = []
  ) throws {
    freeze()
    followingEpochs = epochs
    defer { followingEpochs = 0 }
    try fitOneCycle(
      freezeEpochs, learningRate: .last(baseLearningRate), finalDivision: finalDivision,
      startFraction: 0.99, momenta: momenta, weightDecay: weightDecay, callbacks: callbacks)
    guard !fitWasCanceled else { return }
    let rate = baseLearningRate / 2
    unfreeze()
    followingEpochs = 0
    try fitOneCycle(
      epochs, learningRate: .range(rate / learningRateMultiplier, rate), division: division,
      finalDivision: finalDivision, startFraction: startFraction, momenta: momenta,
      weightDecay: weightDecay, callbacks: callbacks)
  }

  /// Freezes all groups but the last (`freeze`).
  public func freeze() { optimizer.freezeTo(-1) }

  /// Freezes the groups before one (`freeze_to`).
  ///
  /// The gradients of all parameters are dropped and the state of the optimizer is cleared, as in fastai.
  ///
  /// - Parameter group: Index of the first trainable group; a negative number counts from the end.
  public func freezeTo(_ group: Int) { optimizer.freezeTo(group) }

  /// Makes all groups trainable (`unfreeze`).
  public func unfreeze() { optimizer.freezeTo(0) }
}
