public import ArgumentParser
import Foundation
public import Lightbox

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train a classifier on labeled films.",
    discussion: """
      The split comes from the table's column if it has one; otherwise a share of the patients (or, \
      where none are named, of the films) is kept for validation. The best weights by validation \
      loss are kept in RUN/checkpoints/best.safetensors, the last ones beside them.
      """)

  @OptionGroup var source: TableOptions
  @OptionGroup var compute: ComputeOptions

  @Option(help: "Architecture; lightbox models lists them.")
  var arch = "resnet18"

  @Option(
    help:
      "Weights to start from: safetensors or PyTorch, with torchvision's, timm's or fastai's names."
  )
  var weights: String?

  @Option(help: "Rows and columns that the model sees.")
  var size = 224

  @Option(help: "Epochs with everything trainable.")
  var epochs = 5

  @Option(help: "Epochs before that with the body frozen; 1 with --weights, else 0, unless said.")
  var freezeEpochs: Int?

  @Option(help: "Films per step.")
  var batchSize = 32

  @Option(help: "The highest learning rate.")
  var lr = 1e-3

  @Option(
    help:
      "A batch whose loss or gradient is not finite: stop (before it reaches the weights) or skip it."
  )
  var onBadGradient = GradientCheck.Policy.stop

  @Flag(
    help:
      "Compute each block again in the walk back: half the memory, the same gradients, a third more time."
  )
  var recompute = false

  @Option(help: "Share for validation, where the table has no split.")
  var validPct = 0.2

  @Option(help: "The seed of everything random.")
  var seed: UInt64 = 42

  @Option(help: "What decides which weights are best: valid_loss, accuracy, roc_auc_score.")
  var monitor = "valid_loss"

  @Flag(help: "Mirror films left and right in training: not where sides matter.")
  var flip = false

  @Flag(inversion: .prefixedNo, help: "Rotate, zoom, warp and relight films in training.")
  var augment = true

  @Flag(help: "Go on without films that cannot be read, and list them, instead of stopping.")
  var skipUnreadable = false

  @Flag(help: "Train even though patients stand on both sides of the split.")
  var allowSharedPatients = false

  @Option(help: "The folder to make for this run.")
  var out: String

  func validate() throws {
    if !(8...4096).contains(size) { throw ValidationError("--size \(size): use 8 to 4096") }
    if epochs < 0 || (freezeEpochs ?? 0) < 0 || epochs + (freezeEpochs ?? 0) == 0 {
      throw ValidationError("--epochs \(epochs): there is nothing to do")
    }
    if batchSize < 2 {
      throw ValidationError("--batch-size \(batchSize): batch norm needs 2 or more")
    }
    if !(lr > 0 && lr.isFinite) { throw ValidationError("--lr \(lr): use a number above 0") }
    if !(0 < validPct && validPct < 1) {
      throw ValidationError("--valid-pct \(validPct): use a share between 0 and 1")
    }
    if !["valid_loss", "accuracy", "error_rate", "roc_auc_score"].contains(monitor) {
      throw ValidationError(
        "--monitor \(monitor): use valid_loss, accuracy, error_rate or roc_auc_score")
    }
  }

  func run() throws {
    try compute.apply()
    // What can be refused is refused before anything is made.
    let architecture = try Architecture.named(arch)
    if let refusal = architecture.makeModel().refusal(ofSize: size) {
      throw ValidationError("--size \(size): \(architecture.name) \(refusal)")
    }
    let start = try weights.map { try Checkpoint(contentsOf: $0) }
    let items = try source.items()
    let splitter = splitter(items)
    let (train, valid) = try splitter(items)
    try checkPatients(items, train, valid)
    let block = DataBlock<DataItem>(
      splitter: splitter, itemTransforms: [Resize(size)],
      batchTransforms: augment ? [.augTransforms(doFlip: flip, maxWarp: 0.1)] : [])
    let loaders = try block.dataLoaders(
      items, batchSize: batchSize, workers: compute.workers, seed: seed,
      unreadable: skipUnreadable ? .skip : .stop)
    guard loaders.train.batchCount > 0 else {
      throw ValidationError(
        "\(train.count) films to train on do not fill a batch of \(batchSize): use a smaller --batch-size"
      )
    }
    guard valid.count > 0 else {
      throw DataError(
        .noItems("validation: mark some rows as valid, or leave the split out"),
        path: source.tablePath)
    }
    let check = GradientCheck(onBadGradient)
    let learner = try visionLearner(
      loaders, arch, metrics: [.accuracy, .rocAuc],
      callbacks: [check, ProgressCallback()], seed: seed)
    learner.vision.recomputeBlocks(recompute)
    if let start { try take(start, learner.vision) }
    try fit(learner, loaders, check, items: items, train: train, valid: valid)
  }

  private func splitter(_ items: [DataItem]) -> Splitter {
    if items.contains(where: { $0.split != nil }) { return .byColumn }
    if items.contains(where: { $0.patient != nil }) {
      return .byPatient(validFraction: validPct, seed: UInt32(truncatingIfNeeded: seed))
    }
    return .random(validFraction: validPct, seed: UInt32(truncatingIfNeeded: seed))
  }

  private func checkPatients(_ items: [DataItem], _ train: [Int], _ valid: [Int]) throws {
    let test = items.filter { $0.split == .test }
    let sides = [
      ("training and validation", train.map { items[$0] }, valid.map { items[$0] }),
      ("training and test", train.map { items[$0] }, test),
    ]
    for (name, first, second) in sides {
      let shared = sharedPatients(first, second)
      if !shared.isEmpty, !allowSharedPatients {
        throw DataError(.sharedPatients(shared, between: name), path: source.tablePath)
      }
    }
  }

  private func take(_ file: Checkpoint, _ vision: VisionModel) throws {
    let report = try vision.load(file)
    guard report.matched.count > 0, report.mismatched.isEmpty, report.missing.isEmpty else {
      throw WeightsMismatch(path: file.path, report: "\(report)")
    }
    say("lightbox: weights from \(file.path): \(report.matched.count) tensors taken")
    if !report.unexpected.isEmpty {
      say(
        "lightbox: \(report.unexpected.count) left (\(report.unexpected.prefix(4).joined(separator: ", "))): "
          + "the head is new")
    }
  }

  private func fit(
    _ learner: VisionLearner, _ loaders: DataLoaders, _ check: GradientCheck, items: [DataItem],
    train: [Int], valid: [Int]
  ) throws {
    let folder = try RunFolder(creating: out)
    let patients = sharedPatients(train.map { items[$0] }, valid.map { items[$0] }).count
    let facts = [
      "train": "\(train.count)", "valid": "\(valid.count)",
      "test": "\(items.count { $0.split == .test })",
      "patients shared by training and validation":
        items.contains { $0.patient != nil }
        ? "\(patients)" : "unknown: the table names no patients",
      "table": source.tablePath,
    ]
    let frozen = freezeEpochs ?? (weights == nil ? 0 : 1)
    try folder.writeSettings(
      RunDescription(
        architecture: arch, vocab: loaders.vocab, preprocessing: loaders.preprocessing, seed: seed,
        settings: [
          "epochs": "\(epochs)", "freeze-epochs": "\(frozen)", "batch-size": "\(batchSize)",
          "lr": "\(lr)",
          "size": "\(size)", "weights": weights ?? "random", "augment": "\(augment)",
          "flip": "\(flip)",
          "monitor": monitor, "threads": "\(Compute.threads)",
          "workers": "\(loaders.train.workers)", "precision": compute.precision.rawValue,
          "convolution": Compute.convolution.rawValue, "recompute": "\(recompute)",
          "on-bad-gradient": onBadGradient.rawValue,
        ], data: facts, version: programVersion))
    folder.metadata = [
      "architecture": arch, "classes": loaders.vocab.joined(separator: "\n"), "size": "\(size)",
      "run": (out as NSString).lastPathComponent,
    ]
    let log = try RunLog(writing: folder.databasePath)
    try log.begin(command: "train", version: programVersion)
    learner.checkpoints = folder
    learner.report = emit
    learner.add([
      SaveModelCallback(monitor: monitor, name: "best", resetsOnFit: false),
      LogbookCallback(folder, log),
    ])
    say(
      "lightbox: \(arch), \(train.count) films to train on, \(valid.count) to choose by, classes "
        + loaders.vocab.joined(separator: " | "))
    let started = Date()
    do {
      if frozen > 0 {
        learner.freeze()
        try learner.fitOneCycle(frozen, learningRate: .last(lr), startFraction: 0.99)
        if let ending = check.ending { throw TrainingEnded(description: ending) }
        learner.unfreeze()
      }
      if epochs > 0 {
        let rates: LearningRates = weights == nil ? .same(lr) : .range(lr / 100, lr)
        try learner.fitOneCycle(epochs, learningRate: rates)
        if let ending = check.ending { throw TrainingEnded(description: ending) }
      }
    } catch {
      try? log.event("error", "\(error)")
      try? log.end(status: "failed")
      // A run that has learned nothing yet is no run: the same command can be given again.
      if folder.checkpoints.isEmpty { try? FileManager.default.removeItem(atPath: out) }
      throw error
    }
    try log.end(status: "finished")
    let seconds = Date().timeIntervalSince(started)
    let skipped = loaders.train.skipped + (loaders.valid?.skipped ?? [])
    for error in skipped {
      say("lightbox: skipped \(error)")
      try log.event("skipped", "\(error)")
    }
    let seen = learner.totalSteps * batchSize
    say(
      "lightbox: \(digits(seconds, 1)) s, \(digits(Double(seen) / seconds, 1)) images/s trained; the run is in \(out)"
    )
  }
}

extension GradientCheck.Policy: ExpressibleByArgument {}

/// Training that ended before its last epoch, because numbers went bad.
private struct TrainingEnded: Error, CustomStringConvertible {
  let description: String
}
