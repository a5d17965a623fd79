import Layers

/// Sets hyperparameters before every training batch; the value at the very end is never reached, as in fastai.
public final class ParameterScheduler: Callback {
  /// 60.
  public let order = 60
  private let learningRates: [Schedule]
  private let momentum: Schedule?

  /// Makes a scheduler from one schedule per group, and one for the momentum of all.
  public init(learningRates: [Schedule], momentum: Schedule? = nil) {
    self.learningRates = learningRates
    self.momentum = momentum
  }

  /// Acts before each training batch.
  public func handle(_ event: Event, _ learner: Learner) throws {
    guard event == .beforeBatch, learner.isTraining else { return }
    for group in 0..<learner.optimizer.groupCount {
      learner.optimizer.hyperparameters[group].learningRate =
        learningRates[min(group, learningRates.count - 1)](learner.shareDone)
      if let momentum {
        learner.optimizer.hyperparameters[group].momentum = momentum(learner.shareDone)
      }
    }
  }
}

extension Learner {
  /// Trains with one cycle: the rate up along a cosine, then down; momentum the other way.
  ///
  /// - Parameters:
  ///   - epochs: How many.
  ///   - learningRate: The highest rate.
  ///   - division: The first rate is this much lower.
  ///   - finalDivision: The last rate is this much lower.
  ///   - start: Share of training that goes up.
  ///   - momenta: At the start, at the top, at the end.
  ///   - weightDecay: That of the optimizer if nil.
  ///   - callbacks: For this call only.
  ///   - startEpoch: Epochs before this one were done by an earlier process.
  /// - Throws: As `fit`.
  public func fitOneCycle(
    _ epochs: Int, learningRate: LearningRates? = nil, division: Double = 25,
    finalDivision: Double = 1e5, start: Double = 0.25,
    momenta: (Double, Double, Double) = (0.95, 0.85, 0.95),
    weightDecay: Double? = nil, callbacks: [any Callback] = [], startEpoch: Int = 0
  ) throws {
    let rates = learningRate ?? self.learningRate
    let schedules = rates.values(groups: optimizer.groupCount).map {
      Schedule.combinedCos(share: start, $0 / division, $0, $0 / finalDivision)
    }
    let momentum = Schedule.combinedCos(share: start, momenta.0, momenta.1, momenta.2)
    try fit(
      epochs, learningRate: rates, weightDecay: weightDecay,
      callbacks: callbacks + [ParameterScheduler(learningRates: schedules, momentum: momentum)],
      startEpoch: startEpoch)
  }

  /// Trains with a flat rate, then down along a cosine.
  public func fitFlatCos(
    _ epochs: Int, learningRate: LearningRates? = nil, finalDivision: Double = 1e5,
    start: Double = 0.75,
    weightDecay: Double? = nil, callbacks: [any Callback] = [], startEpoch: Int = 0
  ) throws {
    let rates = learningRate ?? self.learningRate
    let schedules = rates.values(groups: optimizer.groupCount).map {
      Schedule.combined([start, 1 - start], [.constant($0), .cosine($0, $0 / finalDivision)])
    }
    try fit(
      epochs, learningRate: rates, weightDecay: weightDecay,
      callbacks: callbacks + [ParameterScheduler(learningRates: schedules)], startEpoch: startEpoch)
  }

  /// fastai's `fine_tune`: the head alone for a while, then everything at half the rate, early layers slower.
  ///
  /// - Parameters:
  ///   - epochs: Epochs with everything trainable.
  ///   - baseLearningRate: The head's highest rate while the rest is frozen.
  ///   - freezeEpochs: Epochs with the body frozen.
  ///   - rateSpan: The first group learns this much slower than the last.
  ///   - start: Share of the second part that goes up.
  ///   - division: The first rate of the second part is this much lower than its highest.
  ///   - callbacks: For both parts.
  /// - Throws: As `fit`.
  public func fineTune(
    _ epochs: Int, baseLearningRate: Double = 2e-3, freezeEpochs: Int = 1, rateSpan: Double = 100,
    start: Double = 0.3, division: Double = 5, callbacks: [any Callback] = []
  ) throws {
    freeze()
    try fitOneCycle(
      freezeEpochs, learningRate: .last(baseLearningRate), start: 0.99, callbacks: callbacks)
    let rate = baseLearningRate / 2
    unfreeze()
    try fitOneCycle(
      epochs, learningRate: .range(rate / rateSpan, rate), division: division, start: start,
      callbacks: callbacks)
  }
}
