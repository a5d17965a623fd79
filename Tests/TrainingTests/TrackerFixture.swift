import DataBlocks
import Layers
import Tensors
import TestSupport
import Testing
import Training

/// A number of a fixture, which may be written as "nan", "inf" or "-inf".
struct FixtureNumber: Decodable {
  let value: Double
  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let number = try? container.decode(Double.self) {
      value = number
    } else {
      value = try #require(Double(try container.decode(String.self)))
    }
  }
}

struct TrackerFixture: Decodable {
  struct Decision: Decodable {
    let callback: String, epoch: Int, best: FixtureNumber, new_best: Bool
    let wait: Int?, lr: [Double]?, saved: Bool?, stops: Bool?
  }
  struct Fit: Decodable {
    let values: [String: [FixtureNumber]], epochs_run: Int, decisions: [Decision], saves: [String],
      weights_after_fit_are_from_epoch: Int
  }
  struct Case: Decodable {
    let id: String, lr_groups: [Double], fits: [Fit]
  }
  struct Termination: Decodable {
    let losses: [FixtureNumber], batches_run: Int, optimizer_steps: Int
  }
  let cases: [Case]
  let terminate_on_nan: Termination

  static func load() throws -> TrackerFixture {
    try Fixture.json("training/trackers.json", as: Self.self)
  }
}

/// Keeps checkpoints in memory and lists the names under which they were saved.
final class ListingStore: CheckpointStore {
  private let memory = MemoryCheckpoints()
  var saves: [String] = []
  func save(_ name: String, _ learner: Learner, withOptimizer: Bool) throws {
    saves.append(name)
    try memory.save(name, learner, withOptimizer: withOptimizer)
  }
  func load(_ name: String, into learner: Learner, withOptimizer: Bool) throws {
    try memory.load(name, into: learner, withOptimizer: withOptimizer)
  }
}

/// Writes the epoch into the bias, so that saved weights can be told apart.
final class EpochMarker: Callback {
  let bias: Parameter?
  init(_ layer: Linear) { bias = layer.bias }
  func beforeValidate(_ learner: Learner) throws {
    bias?.value = Tensor(repeating: Float(learner.epoch), shape: [2])
  }
}

/// Lists the state of the trackers after each epoch.
final class DecisionList: Callback {
  struct Decision {
    let callback: String, epoch: Int, best: Double, isNewBest: Bool, wait: Int?, rates: [Double],
      saved: Bool, stops: Bool
  }
  let order = 70
  let trackers: [TrackerCallback]
  let store: ListingStore
  var decisions: [Decision] = []
  private var saves = 0

  init(_ trackers: [TrackerCallback], _ store: ListingStore) {
    self.trackers = trackers
    self.store = store
  }

  func beforeEpoch(_ learner: Learner) throws { saves = store.saves.count }
  func afterEpoch(_ learner: Learner) throws { add(learner, stops: false) }
  func afterCancelFit(_ learner: Learner) throws { add(learner, stops: true) }

  private func add(_ learner: Learner, stops: Bool) {
    for tracker in trackers {
      decisions.append(
        Decision(
          callback: "\(type(of: tracker))", epoch: learner.epoch,
          best: tracker.best ?? (tracker.prefersLess ? .infinity : -.infinity),
          isNewBest: tracker.isNewBest,
          wait: (tracker as? ReduceLROnPlateau)?.wait ?? (tracker as? EarlyStoppingCallback)?.wait,
          rates: learner.optimizer.hyperparameters.map(\.learningRate),
          saved: store.saves.count > saves, stops: stops))
    }
  }
}
