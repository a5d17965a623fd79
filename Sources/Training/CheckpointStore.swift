import Layers
import Tensors

/// Where weights are kept under names.
public protocol CheckpointStore: AnyObject {
  /// Keeps the learner's weights under a name; all or nothing.
  func save(_ name: String, _ learner: Learner, withOptimizer: Bool) throws
  /// Gives the learner the weights kept under a name.
  func load(_ name: String, into learner: Learner, withOptimizer: Bool) throws
}

/// Weights in memory, gone with the process.
public final class MemoryCheckpoints: CheckpointStore {
  private struct Kept {
    let model: StateDictionary
    let optimizer: [String: Tensor]?
    let hyperparameters: [Hyperparameters]
  }
  private var kept: [String: Kept] = [:]

  /// Makes an empty store.
  public init() {}

  /// Keeps the weights.
  public func save(_ name: String, _ learner: Learner, withOptimizer: Bool) throws {
    kept[name] = Kept(
      model: learner.model.stateDictionary,
      optimizer: withOptimizer ? learner.optimizer.stateDictionary : nil,
      hyperparameters: learner.optimizer.hyperparameters)
  }

  /// Puts the weights back.
  public func load(_ name: String, into learner: Learner, withOptimizer: Bool) throws {
    guard let found = kept[name] else {
      preconditionFailure("no weights were kept under the name \(name)")
    }
    learner.model.load(found.model)
    if withOptimizer, let optimizer = found.optimizer {
      learner.optimizer.load(optimizer)
      learner.optimizer.hyperparameters = found.hyperparameters
    }
  }
}
