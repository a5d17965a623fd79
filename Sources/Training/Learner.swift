public import DataBlocks
public import Layers
public import Tensors

/// A model, its data, its loss and its optimizer, and the loop that brings them together.
///
///     let learner = Learner(model: model, train: batches, valid: validation, metrics: [.accuracy])
///     try learner.fitOneCycle(5, learningRate: 1e-3)
///
/// Events, their order and the defaults are fastai's. Open, so that a learner for one kind of data
/// (`VisionLearner`) is one with more properties, not a wrapper; the loop itself is not to be overridden.
open class Learner {
  /// What is trained.
  public let model: Module
  /// Batches to learn from.
  public var train: any BatchSource
  /// Batches to check on; nil: no validation.
  public var valid: (any BatchSource)?
  /// What training makes small.
  public let lossFunction: LossFunction
  /// Takes the steps.
  public let optimizer: Optimizer
  /// What is measured on validation.
  public let metrics: [Metric]
  /// Keeps losses, rates and the table of epochs.
  public let recorder = Recorder()
  /// Called at every event, in order.
  public private(set) var callbacks: [any Callback]
  /// Where callbacks save and find weights.
  public var checkpoints: any CheckpointStore = MemoryCheckpoints()
  /// Seeds what is random inside the model (dropout).
  public var seed: UInt64
  /// The learning rate of `fit` where none is given.
  public var learningRate: LearningRates
  /// Receives lines for people.
  public var report: (String) -> Void = { print($0) }
  /// Receives what happened out of the ordinary, for a run's log: a kind, and a sentence.
  public var note: (_ kind: String, _ message: String) throws -> Void = { _, _ in }

  // The state of the run: callbacks read it.

  /// The epoch, from 0.
  public internal(set) var epoch = 0
  /// Epochs of this fit.
  public internal(set) var epochCount = 0
  /// The batch within the epoch's training or validation, from 0.
  public internal(set) var batchIndex = 0
  /// Batches of the training or validation at hand.
  public internal(set) var batchCount = 0
  /// Training batches seen in this fit.
  public internal(set) var iteration = 0
  /// Training batches seen by this learner, over all fits: names the random streams of a step.
  public internal(set) var totalSteps = 0
  /// Share of this fit's training that is done, from 0 to 1.
  public internal(set) var shareDone = 0.0
  /// True while training batches run, false in validation.
  public internal(set) var isTraining = false
  /// The batch at hand; callbacks may change it before the model sees it.
  public var batch: Batch?
  /// What the model gave for the batch.
  public internal(set) var prediction: Tensor?
  /// The batch's loss.
  public internal(set) var loss = 0.0
  /// Factor of the loss that gradients are taken of.
  public var lossScale = 1.0
  /// True where the batch at hand is to leave no trace: its loss is no part of any average.
  public package(set) var isBatchDiscarded = false
  /// True inside `fit`; validation and predictions outside of it are none of a tracker's business.
  public internal(set) var isFitting = false
  var lossTensor: Tensor?

  /// Makes a learner.
  ///
  /// - Parameters:
  ///   - model: From inputs to outputs.
  ///   - train: Batches to learn from.
  ///   - valid: Batches to check on.
  ///   - loss: Cross entropy unless given.
  ///   - rule: fastai's Adam unless given.
  ///   - groups: Parameter groups, first layers first; one group unless given.
  ///   - metrics: What to measure on validation.
  ///   - callbacks: Called at every event.
  ///   - learningRate: That of `fit` where none is given.
  ///   - trainsBatchNorm: Norm layers stay trainable in frozen groups.
  ///   - decaysNormAndBias: Norm layers and biases have weight decay too.
  ///   - seed: Seeds dropout.
  public init(
    model: Module, train: any BatchSource, valid: (any BatchSource)? = nil,
    loss: LossFunction = .crossEntropy(), rule: any UpdateRule = Adam(),
    groups: [[Parameter]]? = nil, metrics: [Metric] = [], callbacks: [any Callback] = [],
    learningRate: LearningRates = 1e-3, trainsBatchNorm: Bool = true,
    decaysNormAndBias: Bool = false,
    seed: UInt64 = 42
  ) {
    self.model = model
    self.train = train
    self.valid = valid
    lossFunction = loss
    self.metrics = metrics
    self.seed = seed
    self.learningRate = learningRate
    let named = model.namedParameters
    let names = Dictionary(
      named.map { (ObjectIdentifier($0.parameter), $0.name) },
      uniquingKeysWith: { first, _ in first })
    let groups = groups ?? [named.map(\.parameter)]
    optimizer = Optimizer(
      rule,
      groups: groups.map { $0.map { (names[ObjectIdentifier($0)] ?? "?", $0) } },
      trainsBatchNorm: trainsBatchNorm, decaysNormAndBias: decaysNormAndBias)
    self.callbacks = callbacks
    add([recorder])
  }

  /// Adds callbacks.
  public func add(_ more: [any Callback]) {
    callbacks = (callbacks + more).enumerated().sorted {
      ($0.element.order, $0.offset) < ($1.element.order, $1.offset)
    }.map(\.element)
  }

  /// Takes callbacks away.
  public func remove(_ some: [any Callback]) {
    callbacks.removeAll { callback in some.contains { $0 === callback } }
  }

  func send(_ event: Event) throws {
    for callback in callbacks { try callback.handle(event, self) }
  }

  /// Freezes all groups but the last.
  public func freeze() { optimizer.freeze() }
  /// Freezes the groups before one; a negative number counts from the end.
  public func freezeTo(_ group: Int) { optimizer.freezeTo(group) }
  /// Makes every group trainable.
  public func unfreeze() { optimizer.unfreeze() }
}
