import Checkpoints
import DataBlocks
import Layers
import Models
import Training
import Vision

extension TrainingPlan {
  /// Data and learner of a plan, before anything is written.
  struct Prepared {
    let learner: VisionLearner
    let loaders: DataLoaders
    let gradientCheck: GradientCheck
    let data: RunDescription.DataSummary
    /// The number of tensors taken from the file of weights and the names left out; nil without weights.
    let loaded: (taken: Int, left: [String])?
  }

  /// Throws a `PlanError` if a setting is out of its range.
  public func check() throws(PlanError) {
    func require(_ holds: Bool, _ name: String, _ value: Any, _ allowed: String) throws(PlanError) {
      if !holds { throw PlanError(.setting(name: name, value: "\(value)", allowed: allowed)) }
    }
    try require(epochs >= 0, "the number of epochs", epochs, "0 or more")
    try require(
      resolvedFreezeEpochs >= 0, "the number of frozen epochs", resolvedFreezeEpochs, "0 or more")
    try require(
      epochs + resolvedFreezeEpochs > 0, "the number of epochs", epochs, "1 or more")
    try require(batchSize >= 2, "the batch size", batchSize, "2 or more: batch norm needs it")
    try require(
      learningRate > 0 && learningRate.isFinite, "the learning rate", learningRate, "above 0")
    try require(
      0 < validFraction && validFraction < 1, "the validation share", validFraction,
      "between 0 and 1")
    try require(
      compute.threads ?? 1 > 0, "the number of threads", compute.threads ?? 1, "1 or more")
    try require(
      compute.workers ?? 0 >= 0, "the number of workers", compute.workers ?? 0, "0 or more")
    let monitors = ["valid_loss", "train_loss"] + Self.metrics.map(\.name)
    try require(
      monitors.contains(monitor), "the monitored value", monitor,
      "one of \(monitors.joined(separator: ", "))")
  }

  /// Reads the table, splits it once, and creates loaders and learner.
  ///
  /// - Throws: Everything that can be refused before a folder is created.
  func prepare(among known: [Architecture]) throws -> Prepared {
    try check()
    try compute.apply()
    let architecture = try Architecture.named(architecture, among: known)
    let start = try weights.map { try Checkpoint(contentsOf: $0) }
    let items = try table.items()
    let (train, valid) = try split(items)
    guard !valid.isEmpty else { throw DataError(.noItems("validation"), path: table.path) }
    let loaders = try DataLoaders(
      train: train, valid: valid, pipeline: pipeline, batchSize: batchSize,
      workers: compute.workers, seed: seed, unreadable: unreadable)
    guard loaders.train.batchCount > 0 else {
      throw DataError(.batchNotFilled(items: train.count, batchSize: batchSize), path: table.path)
    }
    let check = GradientCheck(onBadGradient)
    let learner = visionLearner(
      loaders, architecture, metrics: Self.metrics, callbacks: [check], seed: seed)
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
        train: train.count, valid: valid.count, test: items.count { $0.split == .test },
        sharedPatients: items.contains { $0.patient != nil }
          ? sharedPatients(train, valid).count : nil),
      loaded: try start.map { try load($0, into: learner.visionModel) })
  }

  /// Splits by the table's column, else by patient, else at random.
  private func split(_ items: [DataItem]) throws -> (train: [DataItem], valid: [DataItem]) {
    let seed = UInt32(truncatingIfNeeded: seed)
    let splitter: any Splitter =
      if items.contains(where: { $0.split != nil }) {
        ColSplitter()
      } else if items.contains(where: { $0.patient != nil }) {
        PatientSplitter(validFraction: validFraction, seed: seed)
      } else {
        RandomSplitter(validFraction: validFraction, seed: seed)
      }
    let indices = try splitter.split(items)
    let (train, valid) = (indices.train.map { items[$0] }, indices.valid.map { items[$0] })
    if !allowsSharedPatients {
      for (name, others) in [
        ("training and validation", valid),
        ("training and test", items.filter { $0.split == .test }),
      ] {
        let shared = sharedPatients(train, others)
        if !shared.isEmpty {
          throw DataError(.sharedPatients(shared, between: name), path: table.path)
        }
      }
    }
    return (train, valid)
  }

  private func load(
    _ file: Checkpoint, into model: VisionModel
  ) throws -> (taken: Int, left: [String]) {
    let report = try model.load(file)
    guard !report.matched.isEmpty, report.mismatched.isEmpty, report.missing.isEmpty else {
      throw WeightsMismatch(report, path: file.path)
    }
    return (report.matched.count, report.unexpected)
  }
}
