import Checkpoints
import Foundation
import Layers
import Models
import Runs
import Tensors
import Testing
import Vision

@Suite("Weights to start a run from")
struct WeightsOfRunsTests {
  /// A file of resnet20's weights, changed by a function, under each of some prefixes.
  private func write(
    _ work: Workspace, _ prefixes: [String] = [""], inputChannels: Int = 3,
    _ change: (inout StateDictionary) -> Void = { _ in }
  ) throws -> String {
    let network = try Architecture.named("resnet20").makeModel(
      classCount: 5, inputChannels: inputChannels)
    var state = network.stateDictionary
    change(&state)
    let path = work.file("w.pth")
    try Checkpoint.write(
      prefixes.flatMap { prefix in state.map { RawTensor(prefix + $0.name, $0.tensor) } }, to: path)
    return path
  }

  @Test(
    "weights with NaN, infinite or negative values are refused by name before a folder is created",
    arguments: [
      ("bn1.running_mean", Float.nan), ("conv1.weight", .infinity),
      ("layer3.2.bn2.running_var", -1),
    ])
  func notFinite(name: String, value: Float) throws {
    let work = try Workspace()
    var plan = work.plan(try work.table())
    plan.weights = try write(work) { state in
      guard let tensor = state[name] else { return }
      var scalars = tensor.floatScalars
      scalars[scalars.count / 2] = value
      state[name] = Tensor(scalars, shape: tensor.shape)
    }
    #expect {
      try plan.quietRun(in: work.file("run"))
    } throws: { error in
      guard case .unusableValues(let found)? = (error as? CheckpointError)?.reason else {
        return false
      }
      return found.map(\.name) == [name] && "\(error)".contains("w.pth")
    }
    #expect(!work.exists("run"))
    let file = try Checkpoint(contentsOf: try #require(plan.weights))
    let check = try WeightsCheck(file, .named("resnet20"))
    #expect(try check.found.valueFaults(in: file).map(\.name) == [name])
  }

  @Test("of two networks in a file, the plan's part is loaded; without one the run is refused")
  func parts() throws {
    let work = try Workspace()
    var plan = work.plan(try work.table())
    plan.weights = try write(work, ["encoder_q.", "encoder_k."])
    #expect {
      try plan.quietRun(in: work.file("run"))
    } throws: { error in
      if case .ambiguousNetwork? = (error as? CheckpointError)?.reason { true } else { false }
    }
    #expect(!work.exists("run"))
    plan.weightsPart = "encoder_k"
    var events: [RunEvent] = []
    try plan.quietRun(in: work.file("run")) { events.append($0) }
    #expect(work.exists("run"))
    let stored = try JSONDecoder().decode(
      RunDescription.self, from: Data(contentsOf: URL(fileURLWithPath: work.file("run/run.json"))))
    #expect(stored.plan.weightsPart == "encoder_k")
  }

  @Test("gray filters are adapted to the pipeline's channels, and the event says so")
  func gray() throws {
    let work = try Workspace()
    var plan = work.plan(try work.table())
    plan.weights = try write(work, inputChannels: 1)
    var events: [RunEvent] = []
    try plan.quietRun(in: work.file("run")) { events.append($0) }
    #expect(events.contains(.filtersAdapted(name: "conv1.weight", from: 1, to: 3)))
  }
}
