public import DataBlocks
import Layers
import Tensors

extension Learner {
  /// Trains, one epoch after another.
  ///
  /// - Parameters:
  ///   - epochs: How many.
  ///   - learningRate: `learningRate` of the learner if nil.
  ///   - weightDecay: That of the optimizer if nil.
  ///   - callbacks: For this call only.
  ///   - startEpoch: Epochs before this one were done by an earlier process.
  /// - Throws: What a callback or the data throws; an `Interruption` ends what it names, silently.
  public func fit(
    _ epochs: Int, learningRate: LearningRates? = nil, weightDecay: Double? = nil,
    callbacks: [any Callback] = [], startEpoch: Int = 0
  ) throws {
    let more = callbacks
    optimizer.setLearningRates(learningRate ?? self.learningRate)
    if let weightDecay {
      for group in 0..<optimizer.groupCount {
        optimizer.hyperparameters[group].weightDecay = weightDecay
      }
    }
    add(more)
    isFitting = true
    defer {
      remove(more)
      isFitting = false
      batch = nil
      prediction = nil
      lossTensor = nil
    }
    epochCount = epochs
    epoch = startEpoch
    iteration = startEpoch * train.batchCount
    shareDone = epochs > 0 ? Double(startEpoch) / Double(epochs) : 0
    try stretch(.beforeFit, .afterCancelFit, .afterFit, .cancelFit) {
      for number in startEpoch..<max(epochs, startEpoch) {
        epoch = number
        try stretch(.beforeEpoch, .afterCancelEpoch, .afterEpoch, .cancelEpoch) {
          try trainEpoch()
          if let valid { try validateEpoch(valid, epoch: number) }
        }
      }
    }
  }

  /// Sends the event before, runs the body, sends the event after; an interruption of this kind ends the body.
  private func stretch(
    _ before: Event, _ canceled: Event, _ after: Event, _ interruption: Interruption,
    _ body: () throws -> Void
  ) throws {
    do {
      try send(before)
      try body()
    } catch let caught as Interruption where caught == interruption {
      try send(canceled)
    }
    try send(after)
  }

  private func trainEpoch() throws {
    isTraining = true
    batchCount = train.batchCount
    shareDone = Double(epoch) / Double(epochCount)
    model.train()
    try stretch(.beforeTrain, .afterCancelTrain, .afterTrain, .cancelTrain) {
      try eachBatch(of: train.batches(epoch: epoch)) { try trainBatch() }
    }
  }

  private func validateEpoch(_ source: any BatchSource, epoch: Int) throws {
    isTraining = false
    batchCount = source.batchCount
    model.eval()
    try stretch(.beforeValidate, .afterCancelValidate, .afterValidate, .cancelValidate) {
      try eachBatch(of: source.batches(epoch: epoch)) {
        try stretch(.beforeBatch, .afterCancelBatch, .afterBatch, .cancelBatch) {
          try predictBatch(recordedOn: nil)
        }
      }
    }
  }

  private func eachBatch(of iterator: any BatchIterator, _ body: () throws -> Void) throws {
    var iterator = iterator
    batchIndex = 0
    while let next = try iterator.next() {
      batch = next
      lossScale = 1
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
    try send(.afterPrediction)
    guard let targets = self.batch?.targets else { return }
    let value = lossFunction(output, targets)
    loss = Double(value.item)
    lossTensor = tape == nil ? nil : value
    try send(.afterLoss)
  }

  private func trainBatch() throws {
    try stretch(.beforeBatch, .afterCancelBatch, .afterBatch, .cancelBatch) {
      model.seedRandomness(seed: seed, step: UInt64(totalSteps))
      defer { lossTensor = nil }
      try predictBatch(recordedOn: Tape())
      if lossTensor != nil {
        try stretch(.beforeBackward, .afterCancelBackward, .afterBackward, .cancelBackward) {
          let value = lossTensor
          lossTensor = nil
          if let value { (lossScale == 1 ? value : value * Float(lossScale)).backward() }
        }
        try stretch(.beforeStep, .afterCancelStep, .afterStep, .cancelStep) { optimizer.step() }
        optimizer.clearGradients()
      }
    }
    iteration += 1
    totalSteps += 1
    shareDone += 1 / Double(max(train.batchCount, 1) * epochCount)
  }

  // MARK: Outside of training

  /// The loss and the metrics on a source, outside of any fit: no tracker listens.
  public func validate(_ source: (any BatchSource)? = nil) throws -> (
    loss: Double, metrics: [Double]
  ) {
    guard let source = source ?? valid else {
      preconditionFailure("there is no validation data to validate on")
    }
    let predictions = try predictions(for: source)
    return (predictions.meanLoss ?? .nan, metrics.map { $0.value(predictions) })
  }

  /// Outputs for every item of a source, in its order, in evaluation mode.
  public func predictions(for source: any BatchSource) throws -> Predictions {
    let wasTraining = model.isTraining
    model.eval()
    defer { if wasTraining { model.train() } }
    var collected = PredictionCollector()
    var iterator = source.batches(epoch: 0)
    while let next = try iterator.next() {
      let output = model(next.inputs)
      let losses = next.targets.map { lossFunction(output, $0, reduction: .none) }
      collected.add(output, next, losses: losses)
    }
    return collected.predictions(activation: lossFunction.activation)
  }
}
