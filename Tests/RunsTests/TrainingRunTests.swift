import Checkpoints
import DataBlocks
import Datasets
import Files
import Foundation
import GRDB
import Imaging
import Layers
import Logbook
import Models
import Runs
import Tensors
import Testing
import Training
import Vision

@Suite("Runs of training plans")
struct TrainingRunTests {
  @Test(
    "a run on synthetic films: settings, metrics, checkpoints, and the same answers when opened")
  func wholeRun() throws {
    let work = try Workspace()
    try SyntheticSIIM(count: 24, size: 64, seed: 3, threads: 2).write(to: work.file("films"))
    var plan = TrainingPlan(
      table: LabelTable(work.file("films/labels.csv"), folder: work.file("films")), imageSize: 64)
    plan.epochs = 1
    plan.batchSize = 8
    plan.compute.workers = 2
    let path = work.file("run")
    var events: [RunEvent] = []
    let result = try plan.quietRun(in: path) { events.append($0) }

    // Settings.
    let folder = try RunFolder(opening: path)
    let description = try folder.settings(as: RunDescription.self)
    // The file may state what the plan leaves to defaults.
    var expected = plan
    expected.freezeEpochs = description.plan.freezeEpochs
    expected.compute.threads = description.plan.compute.threads
    expected.compute.convolution = description.plan.compute.convolution
    #expect(description.plan == expected && description.plan.resolvedFreezeEpochs == 0)
    #expect(description.vocab == ["No Pneumothorax", "Pneumothorax"])
    #expect(description.format == RunDescription.currentFormat)
    #expect(description.version == lightboxVersion)
    #expect(events.last == .started(description))
    #expect(
      events.dropLast().map { "\($0)" }.joined().contains("columns file, label, split, patient"))
    let data = description.data
    #expect(data.train + data.valid + data.test == 24 && data.train >= 8 && data.valid > 0)
    #expect(data.sharedPatients == 0)

    // Metrics.
    let log = try RunLog(reading: folder.databasePath)
    #expect(try log.status() == "finished")
    let epochs = try log.epochs()
    #expect(epochs.count == 1 && epochs[0].trainLoss != nil && epochs[0].validLoss != nil)
    #expect(epochs[0].metrics.keys.sorted() == ["accuracy", "roc_auc_score"])
    let database = try DatabaseQueue(path: folder.databasePath)
    let artifacts = try database.read {
      try String.fetchAll($0, sql: "select kind || ' ' || path from artifacts order by path")
    }
    #expect(
      artifacts == [
        "checkpoint checkpoints/best.safetensors", "checkpoint checkpoints/last.safetensors",
        "figure figures/curves.png", "figure figures/curves.svg",
      ])
    let row = try #require(result.learner.recorder.rows.last)
    #expect(epochs[0].validLoss == row.validLoss)
    #expect(result.imagesSeen == data.train / 8 * 8 && result.skipped.isEmpty)
    #expect(result.seconds > 0)

    // Checkpoints.
    #expect(folder.checkpoints == ["best", "last"])
    for name in ["best", "last"] {
      let metadata = try Checkpoint(contentsOf: folder.checkpointPath(name)).metadata
      #expect(metadata["architecture"] == "resnet18" && metadata["run"] == "run")
      #expect(metadata["classes"] == "No Pneumothorax\nPneumothorax" && metadata["epoch"] == "0")
      let stored = try JSONDecoder().decode(
        Pipeline.self, from: Data(try #require(metadata["pipeline"]).utf8))
      #expect(stored == plan.pipeline)
    }

    // Opened again.
    let saved = try SavedRun(path)
    #expect(saved.checkpoint == "best" && saved.description == description)
    #expect(!saved.visionModel.model.isTraining)
    let items = try plan.table.items()
    for item in items {
      let (a, b) = (try result.learner.predict(item.path), try saved.predictor.predict(item.path))
      #expect(a.probabilities == b.probabilities && a.label == b.label && a.index == b.index)
    }
    let (test, name) = try saved.select(items)
    #expect(name == "test" && test.count == data.test && test.allSatisfy { $0.split == .test })
    #expect(try saved.select(items, split: "all").items.count == 24)
    #expect(try saved.select(items, split: "val").items.count == data.valid)
    #expect(throws: DataError(.unknownSplit("later"))) { try saved.select(items, split: "later") }
    #expect(throws: DataError(.noItems("the split \"test\""))) {
      try saved.select(items.filter { $0.split != .test }, split: "test")
    }
    #expect(try saved.select(items.filter { $0.split != .test }).name == "all")

    // A second run does not touch the first.
    let error = #expect(throws: RunError.self) { try plan.quietRun(in: path) }
    #expect(error?.reason == .finished)
    #expect(try RunLog(reading: folder.databasePath).epochs() == epochs)
  }

  private func weights(_ path: String) throws -> [String: [Float]] {
    let file = try SafeTensors(contentsOf: path)
    return Dictionary(
      uniqueKeysWithValues: try file.tensors.map { ($0.name, $0.tensor) }
        .filter { $0.1.dtype == .float32 }.map { ($0, $1.floatScalars) })
  }

  @Test("the same plan gives the same weights, bit for bit, with 0, 1 and 3 workers")
  func deterministic() throws {
    let work = try Workspace()
    var plan = work.plan(try work.table(), transforms: augTransforms(maxWarp: 0.1))
    plan.epochs = 2
    var found: [[String: [Float]]] = []
    for workers in [0, 1, 3] {
      plan.compute.workers = workers
      try plan.quietRun(in: work.file("run\(workers)"))
      found.append(try weights(work.file("run\(workers)/checkpoints/last.safetensors")))
    }
    #expect(found[0].count > 100 && found[1] == found[0] && found[2] == found[0])
    plan.seed = 43
    try plan.quietRun(in: work.file("other"))
    #expect(try weights(work.file("other/checkpoints/last.safetensors")) != found[0])
  }

  @Test("training continues from another run's weights; the head is trained first")
  func withWeights() throws {
    let work = try Workspace()
    var plan = work.plan(try work.table())
    try plan.quietRun(in: work.file("first"))
    plan.weights = work.file("first/checkpoints/best.safetensors")
    var events: [RunEvent] = []
    try plan.quietRun(in: work.file("second")) { events.append($0) }
    guard
      case .weightsLoaded(let path, let taken, let left) = try #require(events.dropFirst().first)
    else {
      Issue.record("no event of loaded weights, but \(events)")
      return
    }
    #expect(path == plan.weights && taken > 100 && left.isEmpty)
    let epochs = try RunSummary(work.file("second")).epochs
    #expect(epochs.map(\.epoch) == [0, 1])
  }

  private func damage(_ work: Workspace, _ names: String...) throws {
    for name in names { try work.write("not an image", to: name) }
  }

  @Test("a file that cannot be read stops the run by default, which then leaves no folder")
  func unreadableStops() throws {
    let work = try Workspace()
    let plan = work.plan(try work.table())
    try damage(work, "3.png")
    let error = #expect(throws: DataError.self) { try plan.quietRun(in: work.file("run")) }
    #expect(error?.path == work.file("3.png"))
    #expect(!work.exists("run"))
    // The same command runs again after the file is repaired.
    try work.writeImage("3.png")
    try plan.quietRun(in: work.file("run"))
  }

  @Test("files that cannot be read are left out on request, listed and recorded")
  func unreadableSkipped() throws {
    let work = try Workspace()
    var plan = work.plan(try work.table())
    plan.unreadable = .skip
    try damage(work, "3.png", "9.png")
    var events: [RunEvent] = []
    let result = try plan.quietRun(in: work.file("run")) { events.append($0) }
    #expect(result.skipped.map(\.path) == [work.file("3.png"), work.file("9.png")])
    #expect(events.dropFirst(2) == result.skipped.map { .skipped($0) }[...])
    #expect(try RunSummary(work.file("run")).status == "finished")
  }

  @Test("a training batch of which one image is left is left out: batch norm needs two")
  func oneReadable() async {
    await #expect(processExitsWith: .success) {
      let work = try Workspace()
      var plan = work.plan(try work.table(train: 4))
      plan.batchSize = 2
      plan.epochs = 2
      plan.unreadable = .skip
      try work.write("not an image", to: "3.png")
      try plan.quietRun(in: work.file("run"))
    }
  }

  @Test("a learning rate that is too high ends the run as failed; its epochs are kept")
  func diverges() throws {
    let work = try Workspace()
    var plan = work.plan(try work.table(train: 4))
    (plan.learningRate, plan.epochs) = (1e30, 3)
    let error = #expect(throws: PlanError.self) { try plan.quietRun(in: work.file("run")) }
    guard case .notFinite(let message)? = error?.reason else {
      Issue.record("not an error about the loss: \(String(describing: error))")
      return
    }
    #expect(message == "epoch 0: the validation loss is nan; training ends")
    #expect(error?.remedy == "use a lower learning rate, or skip such batches")
    let summary = try RunSummary(work.file("run"))
    #expect(summary.status == "failed" && summary.epochs.count == 1)
    #expect(summary.reason == error?.description)
    #expect(summary.epochs[0].validLoss == nil && summary.path == work.file("run"))
    #expect(try RunFolder(opening: work.file("run")).checkpoints == ["last"])
  }

  @Test("weights with NaN end the run before its first epoch, which leaves no folder")
  func notFiniteWeights() throws {
    let work = try Workspace()
    var plan = work.plan(try work.table())
    let vision = VisionModel(try Architecture.named("resnet20"), classCount: 2, seed: 1)
    var state = vision.model.stateDictionary
    let name = try #require(state.names.first)
    state[name] = Tensor(repeating: .nan, shape: try #require(state[name]).shape)
    plan.weights = work.file("nan.safetensors")
    try SafeTensors.write(state, to: work.file("nan.safetensors"))
    for freezeEpochs in [0, 1] {
      plan.freezeEpochs = freezeEpochs
      let error = #expect(throws: CheckpointError.self) { try plan.quietRun(in: work.file("run")) }
      #expect(error?.description.contains("\(name) has") == true)
      #expect(!work.exists("run"))
    }
  }

  /// Replaces the first batch of the first fit by NaN.
  private final class OneBadBatch: Callback {
    let order = -10
    private var isDone = false
    func beforeBatch(_ learner: Learner) throws {
      guard !isDone, learner.isTraining, let batch = learner.batch else { return }
      isDone = true
      learner.batch = Batch(
        inputs: Tensor(repeating: .nan, shape: batch.inputs.shape), targets: batch.targets,
        itemIndices: batch.itemIndices)
    }
  }

  @Test("a loss that is not finite while the body is frozen ends the run too", arguments: [0, 1])
  func badBatch(freezeEpochs: Int) throws {
    let work = try Workspace()
    var plan = work.plan(try work.table())
    plan.freezeEpochs = freezeEpochs
    let error = #expect(throws: PlanError.self) {
      try plan.quietRun(in: work.file("run"), callbacks: [OneBadBatch()])
    }
    #expect(error?.problem.contains("training ends with the weights from before") == true)
    let summary = try RunSummary(work.file("run"))
    #expect(summary.status == "failed" && summary.reason?.contains("is nan") == true)
    // The same command runs again, as there is nothing to lose.
    plan.onBadGradient = .skip
    try plan.quietRun(in: work.file("run"), callbacks: [OneBadBatch()])
    #expect(try RunSummary(work.file("run")).status == "finished")
  }
}
