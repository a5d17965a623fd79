public import DataBlocks
import Layers
import Tensors

extension Learner {
  /// Trains for some epochs at a constant learning rate.
  ///
  /// Momentum is not reset: after `fitOneCycle`, training continues with the last scheduled value, as
  /// in fastai.
  ///
  /// - Parameters:
  ///   - epochs: Number of epochs (`n_epoch`).
  ///   - learningRate: Default: the learner's `learningRate` (`lr`).
  ///   - weightDecay: Default: unchanged (`wd`).
  ///   - callbacks: Callbacks for this call only (`cbs`).
  ///   - startEpoch: The first epoch, when an earlier process trained those before (`start_epoch`).
  /// - Throws: `DataError` if the training items do not fill a batch; what a callback or the data throws. An `Interruption` ends its stage and is not rethrown;
  ///   after `Interruption.cancelFit`, `fitWasCanceled` is true.
  public func fit(
    _ epochs: Int, learningRate: LearningRates? = nil, weightDecay: Double? = nil,
    callbacks: [any Callback] = [], startEpoch: Int = 0
  ) throws {
    fitIndex += 1
    earlierEpochs = finishedEpochs
    finishedEpochs += epochs
    let start = takeStart()
    if let resumed, fitIndex < resumed.position.fit { return }
    guard epochs == 0 || train.batchCount > 0 else {
      // Full batches only, as of fastai; training on none would look like success.
      let loader = train as? DataLoader
      throw DataError(
        loader.map { .batchNotFilled(items: $0.items.count, batchSize: $0.batchSize) }
          ?? .noItems("training"))
    }
    let temporary = callbacks
    optimizer.setLearningRates(learningRate ?? self.learningRate)
    if let weightDecay {
      for group in 0..<optimizer.groupCount {
        optimizer.hyperparameters[group].weightDecay = weightDecay
      }
    }
    add(temporary)
    defer {
      remove(temporary)
      batch = nil
      prediction = nil
      lossTensor = nil
      phase = .betweenEpochs
      batchLoss = nil
      profiler = nil
    }
    fitWasCanceled = false
    epochCount = epochs
    let first = start?.position.epoch ?? startEpoch
    epoch = first
    iteration = startEpoch * train.batchCount
    totalSteps += iteration
    progress = epochs > 0 ? Double(first) / Double(epochs) : 0
    try run(.fit) {
      if let start, !start.position.isInEpoch { try load(start) }
      for number in first..<max(epochs, first) {
        epoch = number
        let within = number == first && start?.position.isInEpoch == true ? start : nil
        try run(.epoch) {
          try trainEpoch(from: within)
          if let valid { try validateEpoch(valid, epoch: number) }
          phase = .betweenEpochs
        }
      }
    }
  }

  /// The state that this fit continues from; nil if it starts at its beginning.
  private func takeStart() -> TrainingState? {
    guard let state = resumed, state.position.fit == fitIndex else { return nil }
    resumed = nil
    return state
  }

  /// Runs a stage between its events; the stage's own interruption ends it.
  private func run(_ stage: LoopStage, _ body: () throws -> Void) throws {
    do {
      for callback in callbacks { try timed(callback) { try stage.before(callback, self) } }
      try body()
    } catch let caught as Interruption where caught == stage.interruption {
      if stage == .fit { fitWasCanceled = true }
      for callback in callbacks { try timed(callback) { try stage.afterCancel(callback, self) } }
    }
    for callback in callbacks { try timed(callback) { try stage.after(callback, self) } }
  }

  /// Calls a callback, and adds its time to the profiler if there is one.
  private func timed(_ callback: any Callback, _ body: () throws -> Void) rethrows {
    guard let profiler else { return try body() }
    try profiler.callback(callback, body)
  }

  private func trainEpoch(from start: TrainingState?) throws {
    phase = .training
    isTraining = true
    batchCount = train.batchCount
    batchIndex = start?.position.batch ?? 0
    sourcePosition = start?.position.sourceBatch ?? 0
    setProgress()
    model.train()
    try run(.train) {
      if let start { try load(start) }
      let batches = train.batches(epoch: earlierEpochs + epoch, from: sourcePosition)
      try forEachBatch(of: batches) { try trainBatch() }
    }
    isInTrainingBatch = false
    trainedBatches = batchIndex
    setProgress()
    phase = .trained
  }

  /// The position as a function of the batch, so that a run that continues has the same rates.
  private func setProgress() {
    let count = Double(max(batchCount, 1))
    progress = (Double(epoch) * count + Double(batchIndex)) / (count * Double(max(epochCount, 1)))
  }

  private func validateEpoch(_ source: any BatchSource, epoch: Int) throws {
    isTraining = false
    batchCount = source.batchCount
    batchIndex = 0
    model.eval()
    try run(.validate) {
      try forEachBatch(of: source.batches(epoch: epoch)) {
        try run(.batch) { try predictBatch(recordedOn: nil) }
      }
    }
  }

  private func forEachBatch(of iterator: any BatchIterator, _ body: () throws -> Void) throws {
    var iterator = iterator
    while let next = try waiting({ try iterator.next() }) {
      batch = next
      if isTraining { sourcePosition = iterator.position ?? sourcePosition + 1 }
      lossScale = 1
      batchLoss = nil
      isBatchDiscarded = false
      if let profiler {
        try profiler.batch(isTraining: isTraining, body)
      } else {
        try body()
      }
      batchIndex += 1
    }
  }

  /// Adds the time of a call to `dataSeconds`.
  private func waiting<Result>(_ body: () throws -> Result) rethrows -> Result {
    let started = ContinuousClock.now
    defer {
      let seconds = (ContinuousClock.now - started) / .seconds(1)
      dataSeconds += seconds
      profiler?.waited(seconds, isTraining: isTraining)
    }
    return try body()
  }

  private func predictBatch(recordedOn tape: Tape?) throws {
    guard let batch else { return }
    let input = tape.map { $0.record(batch.inputs) } ?? batch.inputs
    let output = model(input)
    prediction = output.detached
    for callback in callbacks { try timed(callback) { try callback.afterPrediction(self) } }
    guard let targets = self.batch?.targets else { return }
    let value = batchLoss?(output, targets) ?? lossFunction(output, targets)
    loss = Double(value.item)
    lossTensor = tape == nil ? nil : value
    for callback in callbacks { try timed(callback) { try callback.afterLoss(self) } }
  }

  private func trainBatch() throws {
    setProgress()
    isInTrainingBatch = true
    try run(.batch) {
      model.seedRandomness(seed: seed, step: UInt64(totalSteps))
      defer { lossTensor = nil }
      try predictBatch(recordedOn: Tape())
      if lossTensor != nil {
        try run(.backward) {
          let value = lossTensor
          lossTensor = nil
          if let value { (lossScale == 1 ? value : value * Float(lossScale)).backward() }
        }
        try run(.step) { optimizer.step() }
        optimizer.clearGradients()
      }
    }
    isInTrainingBatch = false
    iteration += 1
    totalSteps += 1
  }
}
