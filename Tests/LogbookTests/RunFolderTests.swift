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
    var error = #expect(throws: RunError.self) { try RunFolder(creating: temporary.path + "/") }
    guard case .inUse(let pid, _)? = error?.reason else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(pid == getpid())
    let files = { try FileManager.default.contentsOfDirectory(atPath: temporary.path).sorted() }
    #expect(try files() == ["checkpoints", "figures", "run.lock"])
    run.release()
    try Data().write(to: URL(fileURLWithPath: temporary.path + "/other"))
    error = #expect(throws: RunError.self) { try RunFolder(creating: temporary.path) }
    #expect(error?.reason == .folderNotEmpty)
    #expect(
      error?.description
        == "\(run.path): the folder is not empty; choose another folder or remove this one first")
    #expect(try files().contains("other") && !files().contains("run.lock"))
  }

  @Test("of many threads that create one folder one succeeds; one that fails removes only its own")
  func concurrent() async throws {
    let temporary = TemporaryPath()
    for round in 0..<20 {
      let path = "\(temporary.path)/new/\(round)/run"
      if round % 2 == 1 { try createFolder(path) }
      let winners = await withTaskGroup(of: Bool.self) { group in
        for _ in 0..<8 {
          group.addTask {
            guard let run = try? RunFolder(creating: path) else { return false }
            let isKept = (try? run.writeSettings(["kept": true])) != nil
            usleep(1000)
            run.release()
            return isKept
          }
        }
        return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
      }
      #expect(winners == 1)
      #expect(FileManager.default.fileExists(atPath: path + "/run.json"))
    }
    let path = temporary.path + "/failing"
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<200 {
        group.addTask {
          guard let run = try? RunFolder(creating: path) else { return }
          guard (try? run.writeSettings(["number": number])) != nil else {
            Issue.record("the folder of a run was removed by another")
            return
          }
          let isThere = FileManager.default.fileExists(atPath: run.settingsPath)
          #expect(isThere)
          run.removeContent()
        }
      }
    }
    // The last one may have found the folder instead of creating it.
    #expect((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] == [])
  }

  @Test("what a process left that was killed before it wrote its settings is taken over")
  func leftBeforeSettings() async throws {
    let temporary = TemporaryPath()
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = temporary.path as String] in
      let run = try RunFolder(creating: path)
      withExtendedLifetime(run) { _ = kill(getpid(), SIGKILL) }
    }
    let error = #expect(throws: RunError.self) { try RunFolder(opening: temporary.path) }
    #expect(error?.reason == .diedBeforeSettings)
    #expect(try RunSearch([temporary.path]).runs.map(\.path) == [temporary.path])
    let run = try RunFolder(creating: temporary.path)
    #expect(run.isInUse)
  }

  @Test("a hostile optimizer state or hyperparameters in a checkpoint are errors")
  func hostileState() throws {
    let temporary = TemporaryPath()
    let run = try RunFolder(creating: temporary.path)
    let learner = smallLearner()
    try learner.fit(1, learningRate: 0.01)
    try run.save("best", learner, withOptimizer: true)
    let path = run.checkpointPath("best")
    let file = try SafeTensors(contentsOf: path)
    func expectFault(
      _ text: String,
      _ change: (inout [(name: String, tensor: Tensor)], inout [String: String]) -> Void
    ) throws {
      var tensors = try file.tensors { _ in true }.map { (name: $0.name, tensor: $0.tensor) }
      var metadata = file.metadata
      change(&tensors, &metadata)
      try SafeTensors.write(tensors, metadata: metadata, to: path)
      let error = #expect(throws: RunError.self) {
        try run.load("best", into: smallLearner(), withOptimizer: true)
      }
      #expect(error?.description.contains(text) == true, "\(String(describing: error))")
      try run.load("best", into: smallLearner(), withOptimizer: false)
    }
    try expectFault("[0].momentum: it is \"x\", but must be a number") {
      $1["hyperparameters"] = $1["hyperparameters"]?.replacing(
        #/"momentum":[-0-9.e]+/#, with: "\"momentum\":\"x\"")
    }
    try expectFault("0 parameter groups") { $1["hyperparameters"] = "[]" }
    try expectFault("it ends too early") { $1["hyperparameters"] = "[" }
    for (suffix, tensor) in [
      ("#step", Tensor([Float(1)])), ("#step", Tensor([Int64(-1)])),
      ("#average", Tensor([Float(1), 2])),
    ] {
      try expectFault("optimizer:0.weight\(suffix)") { tensors, _ in
        let index = tensors.firstIndex { $0.name == "optimizer:0.weight\(suffix)" }
        if let index { tensors[index].tensor = tensor }
      }
    }
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

  @Test("runs are found in folders and their subfolders, once, and a run is found by itself")
  func search() throws {
    let temporary = TemporaryPath()
    let root = temporary.path
    for name in ["b", "a", "c", "sweep/2/x", ".hidden/d"] {
      let run = try RunFolder(creating: "\(root)/\(name)")
      if name != "c" { try run.writeSettings(["name": name]) }
    }
    // A run in a run's own folders, a loop, and links to a run, to a file and to nothing.
    _ = try RunFolder(creating: "\(root)/a/figures/e").writeSettings(["name": "e"])
    for (link, target) in [
      ("sweep/loop", root), ("0", "\(root)/a"), ("f", "\(root)/a/run.json"), ("g", "nowhere"),
    ] {
      try FileManager.default.createSymbolicLink(
        atPath: "\(root)/\(link)", withDestinationPath: target)
    }
    let found = try RunSearch([root + "/"])
    #expect(found.runs.map(\.name) == ["a", "b", "sweep/2/x"])
    #expect(found.runs.map(\.path) == ["a", "b", "sweep/2/x"].map { "\(root)/\($0)" })
    #expect(found.unreadableFolders.isEmpty)
    #expect(try RunSearch([root, "\(root)/sweep"]).runs == found.runs)
    #expect(try RunSearch(["\(root)/a"]).runs.map(\.name) == ["a"])
    #expect(try RunSearch(["\(root)/0"]).runs.map(\.name) == ["0"])
    #expect(try RunSearch(["\(root)/c"]).runs.isEmpty)
    #expect(throws: FileError.self) { try RunSearch(["\(root)/none"]) }
    #expect(throws: FileError.self) { try RunSearch(["\(root)/a/run.json"]) }
  }

  private func weights(_ learner: Learner) -> [[Float]] {
    learner.model.stateDictionary.filter { $0.tensor.dtype == .float32 }.map(\.tensor.floatScalars)
  }
}
