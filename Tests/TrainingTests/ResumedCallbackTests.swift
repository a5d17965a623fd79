import DataBlocks
import Files
import Foundation
import Layers
import Tensors
import TestSupport
import Testing
import Training

/// Takes the states of all resumable callbacks at the end of an epoch, or in the middle of one, as JSON and tensors.
private final class StateTaker: Callback {
  let order = 1000
  let epoch: Int
  let batch: Int?
  var states: [String: CallbackState] = [:]
  var model: StateDictionary = [:]
  var optimizer: StateDictionary = [:]
  init(epoch: Int, batch: Int? = nil) { (self.epoch, self.batch) = (epoch, batch) }
  func afterBatch(_ learner: Learner) throws {
    if learner.isTraining, learner.epoch == epoch, learner.batchIndex == batch { try take(learner) }
  }
  func afterEpoch(_ learner: Learner) throws {
    if learner.epoch == epoch, batch == nil { try take(learner) }
  }
  private func take(_ learner: Learner) throws {
    for case let callback as any ResumableCallback in learner.callbacks {
      let state = try callback.state()
      #expect(states[callback.stateName] == nil, "two states \(callback.stateName)")
      states[callback.stateName] = CallbackState(json: state.json, tensors: state.tensors)
    }
    model = learner.model.stateDictionary
    optimizer = learner.optimizer.stateDictionary
  }
}

/// Restores the states after all callbacks have begun.
private final class StateRestorer: Callback {
  let order = 1000
  let states: [String: CallbackState]
  var restored: Set<String> = []
  init(_ states: [String: CallbackState]) { self.states = states }
  func beforeFit(_ learner: Learner) throws {
    for case let callback as any ResumableCallback in learner.callbacks {
      guard let state = states[callback.stateName] else { continue }
      try callback.restore(state)
      restored.insert(callback.stateName)
    }
  }
}

@Suite("Callbacks continue from their saved state")
struct ResumedCallbackTests {
  private static let losses = [1, 0.9, 0.95, 0.8, 0.81, 0.82, 0.79, 0.83, 0.84, 0.85]

  private static let trackers: [(name: String, make: @Sendable () -> [TrackerCallback])] = [
    ("save", { [SaveModelCallback()] }),
    ("save accuracy", { [SaveModelCallback(monitor: "accuracy", minimumDelta: 0.02)] }),
    (
      "two saves", { [SaveModelCallback(), SaveModelCallback(monitor: "accuracy", name: "other")] }
    ),
    ("plateau", { [ReduceLROnPlateau(patience: 2)] }),
    ("plateau at once", { [ReduceLROnPlateau(patience: 1, factor: 2)] }),
    ("early", { [EarlyStoppingCallback(patience: 3)] }),
    (
      "all",
      {
        [SaveModelCallback(), ReduceLROnPlateau(patience: 2), EarlyStoppingCallback(patience: 4)]
      }
    ),
  ]

  @Test(
    "trackers decide the same", arguments: trackers.map(\.name), [0, 1, 3, 4, 5, 6])
  func decisions(name: String, epoch: Int) throws {
    let make = try #require(Self.trackers.first { $0.name == name }).make
    let store = ListingStore()
    func run(_ others: [any Callback], from start: Int) throws -> [String] {
      let trackers = make()
      let list = DecisionList(trackers, store)
      let scripted = ScriptedLearner(
        metrics: ["accuracy"], callbacks: trackers + [list] + others)
      scripted.learner.add([EpochMarker(scripted.layer)])
      scripted.learner.checkpoints = store
      scripted.script.set(valid: [
        "valid_loss": Self.losses, "accuracy": Self.losses.map { 1.5 - $0 },
      ])
      try scripted.learner.fit(10, learningRate: .each([0.1, 0.2]), startEpoch: start)
      let bias = try #require(scripted.layer.bias).value.floatScalars
      return list.decisions.filter { $0.epoch > epoch }.map { "\($0)" } + ["weights \(bias)"]
    }
    let taker = StateTaker(epoch: epoch)
    let whole = try run([taker], from: 0)
    try #require(!taker.states.isEmpty)
    let restorer = StateRestorer(taker.states)
    let resumed = try run([restorer], from: epoch + 1)
    #expect(resumed == whole && !resumed.isEmpty)
    #expect(restorer.restored == Set(taker.states.keys))
  }

  /// A learner of a small network with batch norm on twelve items.
  private func learner(
    _ callbacks: [any Callback], batchSize: Int = 2, _ weights: StateDictionary? = nil,
    optimizer: StateDictionary = [:]
  ) -> Learner {
    let net = Sequential(Linear(3, 4), BatchNorm(4), ReLU(), Linear(4, 2))
    net.initialize(seed: 3)
    if let weights { net.load(weights) }
    var random = RandomSource(seed: 5)
    let batches = TensorBatches(
      inputs: Tensor.normal(shape: [12, 3], deviation: 1, random: &random),
      targets: Tensor((0..<12).map { Int64($0 % 2) }), batchSize: batchSize)
    let learner = Learner(
      model: net, train: batches, valid: batches, rule: Adam(), metrics: [.accuracy],
      callbacks: callbacks)
    learner.optimizer.load(optimizer)
    learner.recorder.printsTable = false
    learner.report = { _ in }
    return learner
  }

  private func values(_ learner: Learner) -> [Float] {
    learner.model.stateDictionary.filter { $0.tensor.dtype == .float32 }
      .flatMap(\.tensor.floatScalars)
  }

  @Test("the moving average has the same bits", arguments: [0, 1, 2])
  func average(epoch: Int) throws {
    let taker = StateTaker(epoch: epoch)
    func make() -> ExponentialMovingAverage { ExponentialMovingAverage(decay: 0.8) }
    let whole = learner([make(), taker])
    try whole.fit(4, learningRate: 0.01)
    let resumed = learner(
      [make(), StateRestorer(taker.states)], taker.model, optimizer: taker.optimizer)
    try resumed.fit(4, learningRate: 0.01, startEpoch: epoch + 1)
    #expect(values(resumed) == values(whole))
    let plain = learner([], taker.model, optimizer: taker.optimizer)
    try plain.fit(4, learningRate: 0.01, startEpoch: epoch + 1)
    #expect(values(plain) != values(whole))
    let (first, second) = (whole.recorder.rows, resumed.recorder.rows)
    // The recorder's state has the rows of the epochs before.
    #expect(second.map(\.validLoss) == first.map(\.validLoss))
  }

  @Test("the state of another model is refused with the name of the tensor")
  func otherModel() throws {
    let taker = StateTaker(epoch: 0)
    try learner([ExponentialMovingAverage(), taker]).fit(1, learningRate: 0.01)
    let state = try #require(taker.states["ExponentialMovingAverage"])
    for (change, words) in [
      (nil, "ExponentialMovingAverage/3.weight\": the saved state of the callback lacks this"),
      (Tensor.zeros([1, 4]), "has shape [1, 4], the model has [2, 4]"),
    ] as [(Tensor?, String)] {
      var tensors = state.tensors
      tensors["3.weight"] = change
      let other = learner([
        ExponentialMovingAverage(),
        StateRestorer([
          "ExponentialMovingAverage": CallbackState(json: state.json, tensors: tensors)
        ]),
      ])
      let error = #expect(throws: CallbackStateError.self) { try other.fit(1) }
      #expect(error?.description.contains(words) == true, "\(String(describing: error))")
    }
  }

  @Test("accumulation continues with the rest of the last epoch")
  func accumulation() throws {
    final class Steps: Callback {
      var steps: [Int] = []
      func afterStep(_ learner: Learner) throws { steps.append(learner.iteration) }
    }
    let (all, rest) = (Steps(), Steps())
    let taker = StateTaker(epoch: 0)
    // 6 batches of 2 items; a step at every fourth batch: 3, 7, 11, 15.
    try learner([GradientAccumulation(itemsPerStep: 8), all, taker]).fit(3, learningRate: 0.01)
    #expect(all.steps == [3, 7, 11, 15])
    try learner([GradientAccumulation(itemsPerStep: 8), rest, StateRestorer(taker.states)])
      .fit(3, learningRate: 0.01, startEpoch: 1)
    #expect(rest.steps == [7, 11, 15])
  }

  @Test("counts of skipped batches and of images continue")
  func counts() throws {
    final class Poison: Callback {
      func afterPrediction(_ learner: Learner) throws {
        guard learner.isTraining, learner.batchIndex == 1 else { return }
        learner.batchLoss = { output, _ in output.sum() * Float.nan }
      }
    }
    let (check, counter) = (GradientCheck(.skip), EpochImageCounter(vocab: ["a", "b"]))
    let taker = StateTaker(epoch: 1)
    try learner([Poison(), check, counter, taker]).fit(4, learningRate: 0.01)
    #expect(check.skippedBatches == 4 && counter.counts == [20, 20])
    let (again, counterAgain) = (GradientCheck(.skip), EpochImageCounter())
    try learner([Poison(), again, counterAgain, StateRestorer(taker.states)])
      .fit(4, learningRate: 0.01, startEpoch: 2)
    #expect(again.skippedBatches == 4 && counterAgain.counts == [20, 20])
  }

  @Test("the limit of consecutive bad batches counts those before the checkpoint")
  func consecutive() throws {
    final class Poison: Callback {
      func afterPrediction(_ learner: Learner) throws {
        if learner.isTraining { learner.batchLoss = { output, _ in output.sum() * Float.nan } }
      }
    }
    let taker = StateTaker(epoch: 0)
    let first = learner([Poison(), GradientCheck(.skip, limit: 8), taker])
    try first.fit(2)
    #expect(first.totalSteps == 7)
    let second = learner([Poison(), GradientCheck(.skip, limit: 8), StateRestorer(taker.states)])
    try second.fit(2, startEpoch: 1)
    #expect(second.totalSteps == 7)
  }

  @Test("a tracker's state survives NaN and infinity")
  func notFinite() throws {
    let tracker = EarlyStoppingCallback(patience: 5)
    let scripted = ScriptedLearner(callbacks: [tracker])
    scripted.script.set(valid: ["valid_loss": [0.5, .nan, .infinity]])
    try scripted.learner.fit(3)
    #expect(tracker.value == .infinity && tracker.best == 0.5 && tracker.wait == 2)
    let state = try tracker.state()
    let other = EarlyStoppingCallback(patience: 5)
    try other.restore(CallbackState(json: state.json, tensors: [:]))
    #expect(other.value == .infinity && other.best == 0.5 && other.wait == 2)
  }
}
