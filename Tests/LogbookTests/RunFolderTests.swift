import Checkpoints
import DataBlocks
import Files
import Foundation
import Layers
import Logbook
import Tensors
import Testing
import Training

@Suite("The folder of a run")
struct RunFolderTests {
  private struct Settings: Codable, Equatable { var name: String, sizes: [Int] }

  @Test("a folder that contains files is refused and not changed")
  func notEmpty() throws {
    let temporary = TemporaryPath()
    let run = try RunFolder(creating: temporary.path)
    let error = #expect(throws: RunError.self) { try RunFolder(creating: temporary.path) }
    #expect(error?.reason == .folderNotEmpty)
    #expect(
      error?.description
        == "\(run.path): the folder is not empty; choose another folder or remove this one first")
    let files = try FileManager.default.contentsOfDirectory(atPath: run.path).sorted()
    #expect(files == ["checkpoints", "figures"])
  }

  @Test("a folder that cannot be created is an error that names it")
  func notCreated() throws {
    let temporary = TemporaryPath()
    try Data().write(to: URL(fileURLWithPath: temporary.path))
    let error = #expect(throws: FileError.self) {
      try RunFolder(creating: temporary.path + "/run")
    }
    #expect(error?.path == temporary.path + "/run")
  }

  @Test("settings are written and read back; a folder without them is not a run")
  func settings() throws {
    let temporary = TemporaryPath()
    let run = try RunFolder(creating: temporary.path)
    let missing = #expect(throws: RunError.self) { try RunFolder(opening: temporary.path) }
    #expect(missing?.reason == .notARun)
    #expect(throws: FileError.self) { try run.settings(as: Settings.self) }
    let settings = Settings(name: "a/b", sizes: [1, 2])
    try run.writeSettings(settings)
    #expect(try RunFolder(opening: temporary.path).settings(as: Settings.self) == settings)
    let text = try String(contentsOfFile: run.settingsPath, encoding: .utf8)
    #expect(text.contains("\"a/b\"") && text.hasSuffix("}\n"))
    try Data("{\"name\": 3}".utf8).write(to: URL(fileURLWithPath: run.settingsPath))
    let error = #expect(throws: RunError.self) { try run.settings(as: Settings.self) }
    #expect(error?.place.file == run.settingsPath)
  }

  @Test("checkpoints restore the weights, and with the optimizer's state the same next steps")
  func checkpoints() throws {
    let temporary = TemporaryPath()
    let run = try RunFolder(creating: temporary.path)
    run.metadata = ["architecture": "small"]
    #expect(run.checkpoints.isEmpty && !run.hasCheckpoint("best"))
    let learner = smallLearner()
    try learner.fit(2, learningRate: 0.01)
    try run.save("plain", learner, withOptimizer: false)
    try run.save("best", learner, withOptimizer: true)
    #expect(run.checkpoints == ["best", "plain"] && run.hasCheckpoint("best"))
    let metadata = try SafeTensors(contentsOf: run.checkpointPath("plain")).metadata
    #expect(
      metadata == ["architecture": "small", "epoch": "1", "steps": "4", "format": "pt"])

    let (plain, full) = (smallLearner(seed: 2), smallLearner(seed: 3))
    try run.load("plain", into: plain, withOptimizer: false)
    try run.load("best", into: full, withOptimizer: true)
    #expect(weights(plain) == weights(learner) && weights(full) == weights(learner))
    #expect(full.optimizer.hyperparameters == learner.optimizer.hyperparameters)
    #expect(plain.optimizer.hyperparameters != learner.optimizer.hyperparameters)
    #expect(plain.optimizer.stateDictionary.isEmpty)
    for learner in [learner, plain, full] { try learner.fit(1, learningRate: 0.01) }
    #expect(weights(full) == weights(learner))
    #expect(weights(plain) != weights(learner))
  }

  @Test("a checkpoint of another model, and one that does not exist, are errors")
  func otherModel() throws {
    let temporary = TemporaryPath()
    let run = try RunFolder(creating: temporary.path)
    try run.save("best", smallLearner(), withOptimizer: false)
    let x = Tensor.ones([2, 3])
    let other = Learner(
      model: Sequential(Linear(3, 5), BatchNorm(4), ReLU(), Linear(4, 2), Linear(2, 2)),
      train: TensorBatches(inputs: x, targets: nil, batchSize: 2))
    let error = #expect(throws: RunError.self) {
      try run.load("best", into: other, withOptimizer: false)
    }
    #expect(
      error?.reason
        == .weightsMismatch(
          missing: ["4.weight", "4.bias"], mismatched: ["0.weight", "0.bias"]))
    #expect(throws: CheckpointError.self) {
      try run.load("last", into: other, withOptimizer: false)
    }
  }

  @Test("runs are found below a folder, and a run is found by itself")
  func runs() throws {
    let temporary = TemporaryPath()
    for name in ["b", "a", "c"] {
      let run = try RunFolder(creating: "\(temporary.path)/\(name)")
      if name != "c" { try run.writeSettings(["name": name]) }
    }
    let paths = RunFolder.runs(below: temporary.path).map(\.path)
    #expect(paths == ["\(temporary.path)/a", "\(temporary.path)/b"])
    #expect(RunFolder.runs(below: paths[0]).map(\.path) == [paths[0]])
    #expect(RunFolder.runs(below: temporary.path + "/c").isEmpty)
  }

  private func weights(_ learner: Learner) -> [[Float]] {
    learner.model.stateDictionary.filter { $0.tensor.dtype == .float32 }.map(\.tensor.floatScalars)
  }
}
