public import DataBlocks
public import Layers
public import Tensors

/// A model, its data, its loss, its optimizer and the training loop (fastai's `Learner`).
///
///     let learner = Learner(model: model, train: batches, valid: validation, metrics: [.accuracy])
///     try learner.fitOneCycle(5, learningRate: 1e-3)
///
/// Events, their order and the defaults are fastai's. The class is open so that a learner for one kind
/// of data (`VisionLearner`) can add properties; the loop itself cannot be overridden.
open class Learner {
  /// The model to train.
  public let model: Module
  /// Training batches.
  public var train: any BatchSource
  /// Validation batches; nil to train without validation.
  public var valid: (any BatchSource)?
  /// The loss to minimize (`loss_func`).
  public let lossFunction: LossFunction
  /// Updates the parameters (`opt`).
  public let optimizer: Optimizer
  /// Metrics to compute on the validation batches.
  public let metrics: [Metric]
  /// Records losses, learning rates and the table of epochs.
  public internal(set) var recorder = Recorder()
  /// The callbacks, in the order in which they run.
  public internal(set) var callbacks: [any Callback]
  /// Where callbacks save and load weights.
  public var checkpoints: any CheckpointStore = MemoryCheckpoints()
  /// Seed of the random numbers inside the model, such as dropout.
  public package(set) var seed: UInt64
  let learningRate: LearningRates
  /// Receives each line of output.
  public var report: (String) -> Void = { print($0) }

  // MARK: State of the current fit, for callbacks

  /// The current epoch, from 0.
  public internal(set) var epoch = 0
  /// Number of epochs of this fit (`n_epoch`).
  public internal(set) var epochCount = 0
  /// Number of epochs of fits that follow the current one, where that is known, for estimates of the time left.
  public internal(set) var followingEpochs = 0
  /// True if a callback ended the last fit with `Interruption.cancelFit`.
  ///
  /// It is set before the callbacks' `afterCancelFit` and reset by the next fit.
  public internal(set) var fitWasCanceled = false
  /// The current batch within the training or validation part of the epoch, from 0 (`iter`).
  public internal(set) var batchIndex = 0
  /// Number of batches in the current training or validation part (`n_iter`).
  public internal(set) var batchCount = 0
  /// Number of training batches so far in this fit (`train_iter`).
  public internal(set) var iteration = 0
  /// Number of training batches so far in all fits of this learner.
  public internal(set) var totalSteps = 0
  /// Completed fraction of this fit, from 0 to 1 (`pct_train`).
  public internal(set) var progress = 0.0
  /// True during training batches, false during validation.
  public internal(set) var isTraining = false
  /// The current batch; callbacks may replace it in `beforeBatch`.
  public var batch: Batch?
  /// Output of the model for the current batch (`pred`).
  public internal(set) var prediction: Tensor?
  /// Loss of the current batch, before `lossScale`.
  public internal(set) var loss = 0.0
  /// Factor applied to the loss before the backward pass; reset to 1 for each batch.
  public var lossScale = 1.0
  /// Computes the loss of the current batch instead of `lossFunction`; reset to nil for each batch.
  ///
  /// A callback sets it in `beforeBatch` or `afterPrediction`, such as `MixUp`.
  public var batchLoss: ((_ output: Tensor, _ targets: Tensor) -> Tensor)?
  /// True if a callback discarded the current batch.
  public internal(set) var isBatchDiscarded = false
  var lossTensor: Tensor?

  /// Seconds that this learner has waited for batches.
  package internal(set) var dataSeconds = 0.0
  /// Measures the current fit.
  var profiler: LoopProfiler?

  // MARK: The position, for states that a fit continues from

  /// The parts of an epoch: within its training batches, after them, and outside of epochs.
  enum Phase { case training, trained, betweenEpochs }
  var phase = Phase.betweenEpochs
  /// Number of fits that began before the current one.
  var fitIndex = -1
  /// Number of epochs of the fits before the current one.
  var earlierEpochs = 0
  /// Number of epochs of all fits so far, which selects the order and the augmentation of an epoch.
  var finishedEpochs = 0
  /// Whether the step of the current batch counts as done when the batch has ended.
  var isInTrainingBatch = false
  /// The source's position after the current batch.
  var sourcePosition = 0
  /// Number of training batches in the current epoch, when they are done.
  var trainedBatches = 0
  /// A state to continue from.
  var resumed: TrainingState?

  /// Creates a learner.
  ///
  /// - Parameters:
  ///   - model: Maps inputs to outputs.
  ///   - train: Training batches.
  ///   - valid: Validation batches.
  ///   - lossFunction: Default: cross entropy (`loss_func`).
  ///   - rule: The optimizer's update rule. Default: fastai's Adam (`opt_func`).
  ///   - groups: Parameter groups, first layers first. Default: one group (`splitter`).
  ///   - metrics: Metrics to compute on the validation batches.
  ///   - callbacks: Callbacks for every fit (`cbs`).
  ///   - learningRate: Default learning rate of the `fit` functions (`lr`).
  ///   - trainsBatchNorm: Keep normalization layers trainable in frozen groups (`train_bn`).
  ///   - decaysNormAndBias: Apply weight decay to normalization layers and biases too (`wd_bn_bias`).
  ///   - seed: Seed of the random numbers inside the model.
  public init(
    model: Module, train: any BatchSource, valid: (any BatchSource)? = nil,
    lossFunction: LossFunction = .crossEntropy(), rule: any UpdateRule = Adam(),
    groups: [[Parameter]]? = nil, metrics: [Metric] = [], callbacks: [any Callback] = [],
    learningRate: LearningRates = 1e-3, trainsBatchNorm: Bool = true,
    decaysNormAndBias: Bool = false, seed: UInt64 = 42
  ) {
    self.model = model
    self.train = train
    self.valid = valid
    self.lossFunction = lossFunction
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

  /// Adds callbacks (`add_cbs`).
  public func add(_ callbacks: [any Callback]) {
    self.callbacks = (self.callbacks + callbacks).enumerated().sorted {
      ($0.element.order, $0.offset) < ($1.element.order, $1.offset)
    }.map(\.element)
  }

  /// Removes callbacks, by identity (`remove_cbs`).
  public func remove(_ callbacks: [any Callback]) {
    self.callbacks.removeAll { callback in callbacks.contains { $0 === callback } }
  }

  /// Excludes the current training batch from the recorder's losses and item count.
  ///
  /// The parameters are not protected by this: throw an `Interruption` to skip the step as well.
  public func discardBatch() { isBatchDiscarded = true }
}
