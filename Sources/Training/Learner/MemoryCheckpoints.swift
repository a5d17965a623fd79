package import Files
import Layers
import Tensors

/// Keeps checkpoints in memory until the process ends.
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

/// No checkpoint was saved under a name.
package struct UnknownCheckpoint: LightboxError, Equatable {
  package let name: String
  /// Names of the saved checkpoints, sorted.
  package let known: [String]

  /// The name of the checkpoint.
  package var place: ErrorPlace { ErrorPlace(element: name) }

  /// Why the checkpoint cannot be loaded.
  package var problem: String { "no checkpoint was saved under this name" }

  /// The saved names.
  package var remedy: String? {
    known.isEmpty ? nil : "saved are \(known.joined(separator: ", "))"
  }
}
