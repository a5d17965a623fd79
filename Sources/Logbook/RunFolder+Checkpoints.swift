import Checkpoints
import Foundation
import Layers
import Tensors
public import Training

private let optimizerPrefix = "optimizer:"

extension RunFolder {
  /// Writes the weights, and the optimizer's state if `withOptimizer` is true, to
  /// `checkpoints/name.safetensors`.
  ///
  /// - Throws: An error that names the file if it cannot be written.
  public func save(_ name: String, _ learner: Learner, withOptimizer: Bool) throws {
    var tensors = learner.model.stateDictionary
    if withOptimizer {
      for (name, tensor) in learner.optimizer.stateDictionary {
        tensors[optimizerPrefix + name] = tensor
      }
    }
    var facts = metadata
    facts["epoch"] = "\(learner.epoch)"
    facts["steps"] = "\(learner.totalSteps)"
    facts["format"] = "pt"
    if withOptimizer {
      let values = try JSONEncoder().encode(learner.optimizer.hyperparameters)
      facts["hyperparameters"] = String(decoding: values, as: UTF8.self)
    }
    try SafeTensors.write(tensors, metadata: facts, to: checkpointPath(name))
  }

  /// Loads weights, and the optimizer's state and hyperparameters if they were saved and `withOptimizer` is
  /// true.
  ///
  /// - Throws: `CheckpointError` if the file cannot be read, `RunError` if it does not fit the model.
  public func load(_ name: String, into learner: Learner, withOptimizer: Bool) throws {
    let file = try SafeTensors(contentsOf: checkpointPath(name))
    let report = learner.model.load(try file.tensors { !$0.hasPrefix(optimizerPrefix) })
    guard report.missing.isEmpty, report.mismatched.isEmpty else {
      throw RunError(
        .weightsMismatch(missing: report.missing, mismatched: report.mismatched.map(\.name)),
        path: checkpointPath(name))
    }
    guard withOptimizer else { return }
    learner.optimizer.load(
      StateDictionary(
        try file.tensors { $0.hasPrefix(optimizerPrefix) }.map {
          (name: String($0.name.dropFirst(optimizerPrefix.count)), tensor: $0.tensor)
        }))
    if let text = file.metadata["hyperparameters"] {
      learner.optimizer.hyperparameters = try JSONDecoder().decode(
        [Hyperparameters].self, from: Data(text.utf8))
    }
  }
}
