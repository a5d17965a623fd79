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
  /// - Throws: What a callback or the data throws. An `Interruption` ends its stage and is not rethrown;
  ///   after `Interruption.cancelFit`, `fitWasCanceled` is true.
  public func fit(
    _ epochs: Int, learningRate: LearningRates? = nil, weightDecay: Double? = nil,
    callbacks: [any Callback] = [], startEpoch: Int = 0
  ) throws {
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
      batchLoss = nil
    }
    fitWasCanceled = false
    epochCount = epochs
    epoch = startEpoch
    iteration = startEpoch * train.batchCount
    progress = epochs > 0 ? Double(startEpoch) / Double(epochs) : 0
    try run(.fit) {
      for number in startEpoch..<max(epochs, startEpoch) {
        epoch = number
        try run(.epoch) {
          try trainEpoch()
          if let valid { try validateEpoch(valid, epoch: number) }
        }
      }
    }
  }

  /// Runs a stage between its events; the stage's own interruption ends it.
  private func run(_ stage: LoopStage, _ body: () throws -> Void) throws {
    do {
      for callback in callbacks { try stage.before(callback, self) }
      try body()
    } catch let caught as Interruption where caught == stage.interruption {
      if stage == .fit { fitWasCanceled = true }
      for callback in callbacks { try stage.afterCancel(callback, self) }
    }
    for callback in callbacks { try stage.after(callback, self) }
  }

  private func trainEpoch() throws {
    isTraining = true
    batchCount = train.batchCount
    progress = Double(epoch) / Double(epochCount)
    model.train()
    try run(.train) {
      try forEachBatch(of: train.batches(epoch: epoch)) { try trainBatch() }
    }
  }

  private func validateEpoch(_ source: any BatchSource, epoch: Int) throws {
    isTraining = false
    batchCount = source.batchCount
    model.eval()
    try run(.validate) {
      try forEachBatch(of: source.batches(epoch: epoch)) {
        try run(.batch) { try predictBatch(recordedOn: nil) }
      }
    }
  }

  private func forEachBatch(of iterator: any BatchIterator, _ body: () throws -> Void) throws {
    var iterator = iterator
    batchIndex = 0
    while let next = try iterator.next() {
      batch = next
      lossScale = 1
      batchLoss = nil
      isBatchDiscarded = false
      try body()
      batchIndex += 1
    }
  }

  private func predictBatch(recordedOn tape: Tape?) throws {
    guard let batch else { return }
    let input = tape.map { $0.record(batch.inputs) } ?? batch.inputs
    let output = model(input)
    prediction = output.detached
    for callback in callbacks { try callback.afterPrediction(self) }
    guard let targets = self.batch?.targets else { return }
    let value = batchLoss?(output, targets) ?? lossFunction(output, targets)
    loss = Double(value.item)
    lossTensor = tape == nil ? nil : value
    for callback in callbacks { try callback.afterLoss(self) }
  }

  private func trainBatch() throws {
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
    iteration += 1
    totalSteps += 1
    progress += 1 / Double(max(train.batchCount, 1) * epochCount)
  }
}
