import Checkpoints
import DataBlocks
import Layers
import Models
import Tensors
import Training
import Vision

extension TrainingPlan {
  /// Data and learner of a plan, before anything is written.
  struct Prepared {
    let learner: VisionLearner
    let loaders: DataLoaders
    let gradientCheck: GradientCheck
    let data: RunDescription.DataSummary
    /// What was taken from the file of weights; empty without weights.
    let weightsEvents: [RunEvent]
    let items: SplitItems
    /// The seed of order, augmentation and dropout.
    let streams: UInt64
    /// The plan's data settings with what was learned from the training items.
    let settings: DataSettings
  }

  /// Reads the table, splits it once, and creates loaders and learner.
  ///
  /// - Parameters:
  ///   - known: The architectures to look the plan's up in.
  ///   - folder: The folder of the run, for callbacks that write files; nil: there is none.
  ///   - continued: The streams of a run whose weights will be loaded from its state; the plan's are not read.
  ///   - notify: Receives events.
  /// - Returns: Learner and data.
  /// - Throws: Everything that can be refused before a folder is created.
  func prepare(
    among known: [Architecture], folder: String?, continuing continued: UInt64? = nil,
    notify: (RunEvent) -> Void = { _ in }
  ) throws -> Prepared {
    try check()
    try checkFold()
    try compute.apply()
    let architecture = try Architecture.named(architecture, among: known)
    let start = continued == nil ? try weights.map { try Checkpoint(contentsOf: $0) } : nil
    let streams = continued ?? Lineage.streams(seed: seed, weights: start)
    let (loaders, items) = try loadData(seed: streams, notify: notify)
    guard loaders.train.batchCount > 0 else {
      throw DataError(
        .batchNotFilled(
          items: min(loaders.train.items.count, data.itemsPerEpoch ?? .max), batchSize: batchSize),
        path: table.path)
    }
    try checkAccumulation(items: loaders.train.itemCount)
    let check = GradientCheck(onBadGradient)
    check.reportsEnding = false
    let counts = classCounts(loaders)
    let learner = visionLearner(
      loaders, architecture,
      lossFunction: try resolvedLoss.lossFunction(
        ClassCounts(ofClasses: counts, items: loaders.train.items.count)),
      rule: optimizer.rule, metrics: metrics.map(\.metric),
      callbacks: [check] + callbacks.flatMap { $0.callbacks(self, folder: folder) },
      head: model.head,
      trainsBatchNorm: rates.trainsBatchNorm, decaysNormAndBias: rates.decaysNormAndBias,
      seed: seed)
    learner.seed = streams
    try checkRates(groups: learner.optimizer.groupCount)
    try learner.visionModel.use(outputStride: outputStride)
    for size in Set([pipeline.inputSize.height, pipeline.inputSize.width]).sorted() {
      if let refusal = learner.visionModel.refusal(ofSize: size) {
        throw PlanError(.imageSize(size, architecture: architecture.name, refusal: refusal))
      }
    }
    learner.visionModel.recomputeBlocks(recomputes)
    try MemoryNeed(
      of: learner.visionModel.model,
      input: [
        batchSize, pipeline.inputChannels, pipeline.inputSize.height, pipeline.inputSize.width,
      ],
      training: epochs > 0, batchesAhead: loaders.train.batchesAhead
    ).check(recompute: recomputes ? nil : "recompute activations (--recompute)")
    return Prepared(
      learner: learner, loaders: loaders, gradientCheck: check,
      data: RunDescription.DataSummary(
        train: loaders.train.items.count, valid: loaders.valid?.items.count ?? 0,
        test: items.test.count, method: items.method, sharedPatients: items.sharedPatients,
        unknownPatients: items.unknownPatients, classCounts: counts, split: items.summary),
      weightsEvents: try start.map { try load($0, into: learner.visionModel) } ?? [],
      items: items, streams: streams, settings: data.fitted(to: loaders.target))
  }

  /// Refuses a fit without a step, since its images are fewer than those of an accumulated step.
  private func checkAccumulation(items: Int) throws(PlanError) {
    let needed = callbacks.compactMap(\.itemsPerStep).max() ?? 0
    for (epochs, key) in [(resolvedFreezeEpochs, "train.freeze_epochs"), (epochs, "train.epochs")]
    where epochs > 0 && epochs * items < needed {
      throw PlanError(
        .setting(
          name: "\(Self.callbacksKey).\(GradientAccumulationSettings.name).n_acc",
          value: "\(needed)",
          allowed:
            "at most \(epochs * items), the images of \(key) = \(epochs): there would be no step"))
    }
  }

  /// The items of the plan's images, with labels for its target.
  func readItems() throws(DataError) -> LabeledItems {
    try table.read().labeled(for: data.block())
  }

  /// The training items of each class; of those with several labels, each counts.
  private func classCounts(_ loaders: DataLoaders) -> [Int] {
    var found: [String: Int] = [:]
    for item in loaders.train.items {
      for label in Set(loaders.target.labels(of: item)) { found[label, default: 0] += 1 }
    }
    return loaders.vocab.map { found[$0] ?? 0 }
  }
}
