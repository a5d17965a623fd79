public import Files
import Layers
import Tensors

/// Checkpoints in memory, for as long as the process runs.
package final class MemoryCheckpoints: CheckpointStore {
  private struct Saved {
    let model: StateDictionary
    let optimizer: StateDictionary?
    let hyperparameters: [Hyperparameters]
  }
  private var saved: [String: Saved] = [:]

  /// Creates an empty store.
  package init() {}

  /// Saves the weights under a name; an older checkpoint of this name is replaced.
  package func save(_ name: String, _ learner: Learner, withOptimizer: Bool) throws {
    saved[name] = Saved(
      model: learner.model.stateDictionary,
      optimizer: withOptimizer ? learner.optimizer.stateDictionary : nil,
      hyperparameters: learner.optimizer.hyperparameters)
  }

  /// Loads the weights saved under a name.
  ///
  /// The optimizer's state is loaded if it was saved.
  ///
  /// - Throws: `UnknownCheckpoint` if nothing was saved under this name.
  package func load(_ name: String, into learner: Learner, withOptimizer: Bool) throws {
    guard let found = saved[name] else {
      throw UnknownCheckpoint(name: name, known: saved.keys.sorted())
    }
    learner.model.load(found.model)
    if withOptimizer, let optimizer = found.optimizer {
      learner.optimizer.load(optimizer)
      learner.optimizer.hyperparameters = found.hyperparameters
    }
  }
}

/// A checkpoint that was never saved.
public struct UnknownCheckpoint: LightboxError, Equatable {
  /// The facts.
  public enum Reason: Sendable, Equatable {
    /// No checkpoint has this name; `known` are those saved.
    case notSaved(name: String, known: [String])
  }

  /// The facts.
  public let reason: Reason

  init(name: String, known: [String]) { reason = .notSaved(name: name, known: known) }

  /// The name of the checkpoint.
  public var place: ErrorPlace {
    switch reason {
    case .notSaved(let name, _): ErrorPlace(element: name)
    }
  }

  /// What is wrong.
  public var problem: String { "no checkpoint was saved under this name" }

  /// The saved names.
  public var remedy: String? {
    switch reason {
    case .notSaved(_, let known): known.isEmpty ? nil : "saved are \(known.joined(separator: ", "))"
    }
  }
}
