import Checkpoints
import DataBlocks
import Files
import Foundation
import Layers
import Logbook
import Models
import Runs
import Tensors
import Testing
import Training
import Vision

@Suite("Saving a learner, its own head, its weights, its results")
struct LearnerFileTests {
  private func loaders(_ work: Workspace) throws -> DataLoaders {
    let items = try work.table().items()
    return try DataLoaders(
      train: items.filter { $0.split == .train }, valid: items.filter { $0.split == .valid },
      pipeline: Pipeline([Resize(32)]), batchSize: 4, workers: 0)
  }

  private func learner(
    _ work: Workspace, seed: UInt64 = 42, architecture: String = "resnet20"
  ) throws -> VisionLearner {
    let learner = try visionLearner(
      loaders(work), architecture, metrics: [.accuracy], seed: seed)
    learner.recorder.printsTable = false
    learner.report = { _ in }
    return learner
  }

  private func values(_ learner: Learner) -> [[Float]] {
    learner.model.stateDictionary.filter { $0.tensor.dtype == .float32 }.map {
      $0.tensor.floatScalars
    }
  }

  @Test(
    "save and load: the weights, and training goes on with the same bits if the optimizer is kept")
  func saveAndLoad() throws {
    let work = try Workspace()
    let folder = work.file("models")
    let first = try learner(work)
    try first.fit(1, learningRate: 1e-3)
    let path = try first.save("stage-1", in: folder)
    #expect(path == "\(folder)/stage-1.safetensors" && FileManager.default.fileExists(atPath: path))
    try first.save("weights", in: folder, withOptimizer: false)
    #expect(FileCheckpoints(folder).names == ["stage-1", "weights"])
    let saved = values(first)
    try first.fit(1, learningRate: 1e-3)
    let continued = values(first)
    #expect(continued != saved)
    try first.load("weights", in: folder)
    #expect(values(first) == saved)

    let second = try learner(work, seed: 7)
    #expect(values(second) != saved)
    try second.load("stage-1", in: folder)
    #expect(values(second) == saved)
    #expect(second.optimizer.hyperparameters == first.optimizer.hyperparameters)
    // An absolute path, with its extension.
    #expect(values(try learner(work, seed: 8).load(path)) == saved)
  }

  @Test("a file of another model changes nothing; a missing one is named")
  func refused() throws {
    let work = try Workspace()
    let folder = work.file("models")
    try learner(work, architecture: "resnet32").save("other", in: folder)
    let own = try learner(work)
    let before = values(own)
    let error = #expect(throws: RunError.self) { try own.load("other", in: folder) }
    #expect(error?.place.file == "\(folder)/other.safetensors")
    #expect(values(own) == before)
    #expect(throws: CheckpointError.self) { try own.load("none", in: folder) }
    try work.write("a file", to: "file")
    #expect(throws: FileError.self) { try own.save("x", in: work.file("file")) }
  }

  @Test("SaveModelCallback writes files without a run folder, and loads the best")
  func saveModelCallback() throws {
    let work = try Workspace()
    let own = try learner(work)
    let store = FileCheckpoints(work.file("models"))
    own.checkpoints = store
    try own.fit(
      2, learningRate: 1e-3,
      callbacks: [
        SaveModelCallback(monitor: "train_loss"),
        SaveModelCallback(name: "each", everyEpoch: 1, withOptimizer: true),
      ])
    #expect(store.names == ["each_0", "each_1", "model"])
    let losses = own.recorder.rows.map(\.trainLoss)
    let best = losses[0] <= losses[1] ? 0 : 1
    let other = try learner(work, seed: 9)
    try other.load("each_\(best)", in: store.folder)
    #expect(values(other) == values(own))
    let entries = try Checkpoint(contentsOf: store.path("each_0")).entries
    #expect(entries.contains { $0.name.hasPrefix("optimizer:") })
  }

  @Test("a head of your own is the head; its parameters are in the last group and train")
  func ownHead() throws {
    let work = try Workspace()
    let linear = Linear(64, 2)
    let own = try visionLearner(
      loaders(work), .named("resnet20"),
      head: Sequential(AdaptiveAvgPool2D(), Flatten(), linear), seed: 5)
    own.recorder.printsTable = false
    #expect(own.model.stateDictionary.names.contains("1.2.weight"))
    let before = linear.weight.value.floatScalars
    own.freeze()
    try own.fit(1, learningRate: 1e-2)
    #expect(linear.weight.value.floatScalars != before)
    // A single module is a head too.
    final class Mean: Module {
      let fc = Linear(64, 2)
      override func forward(_ input: Tensor) -> Tensor { fc(input.mean(axes: [2, 3])) }
    }
    let single = try visionLearner(loaders(work), .named("resnet20"), head: Mean())
    #expect(try single.predict(work.file("0.png")).probabilities.count == 2)
    #expect(single.summary().output == [1, 2])
    #expect("\(single.summary())".contains("Linear"))
  }

  @Test("weights as an argument: the body is the file's; a file of another network is refused")
  func weights() throws {
    let work = try Workspace()
    let loaders = try loaders(work)
    let path = work.file("body.safetensors")
    let network = try Architecture.named("resnet20").makeModel(classCount: 10)
    try SafeTensors.write(network.stateDictionary, to: path)
    let own = try visionLearner(loaders, .named("resnet20"), weights: path)
    let x = Tensor(repeating: 0.3, shape: [1, 3, 32, 32])
    network.eval()
    #expect(
      own.model.evaluating { own.visionModel.body(x).floatScalars } == network.body(x).floatScalars)
    #expect(throws: WeightsMismatch.self) {
      try visionLearner(loaders, .named("resnet32"), weights: path)
    }
    let missing = #expect(throws: CheckpointError.self) {
      try visionLearner(loaders, .named("resnet20"), weights: work.file("none"))
    }
    #expect(missing?.place.file == work.file("none"))
    let headed = try visionLearner(
      loaders, .named("resnet20"),
      head: Sequential(AdaptiveAvgPool2D(), Flatten(), Linear(64, 2)), weights: path)
    #expect(
      headed.model.evaluating { headed.visionModel.body(x).floatScalars }
        == network.body(x).floatScalars)
  }

  @Test("showResults writes a sheet of images with actual and predicted class")
  func showResults() throws {
    let work = try Workspace()
    let own = try learner(work)
    let pages = try own.showResults(to: work.file("results.png"), count: 3)
    #expect(pages == [work.file("results.png")] && work.exists("results.png"))
    let svg = try own.showResults(to: work.file("results.svg"), count: 100)
    #expect(svg.count == 1)
    let text = try work.text("results.svg")
    #expect(text.contains("svg"))
    #expect(try own.showResults(to: work.file("none.png"), items: []).isEmpty)
  }
}
