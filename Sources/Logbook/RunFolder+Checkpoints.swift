import Checkpoints
import Files
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
      let encoder = JSONEncoder()
      // The same run gives the same bytes.
      encoder.outputFormatting = .sortedKeys
      let values = try encoder.encode(learner.optimizer.hyperparameters)
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
    let state = StateDictionary(
      try file.tensors { $0.hasPrefix(optimizerPrefix) }.map {
        (name: String($0.name.dropFirst(optimizerPrefix.count)), tensor: $0.tensor)
      })
    if let fault = learner.optimizer.fault(in: state) {
      throw RunError(
        .invalidState(name: optimizerPrefix + fault.name, problem: fault.problem),
        path: checkpointPath(name))
    }
    let values = try hyperparameters(
      file.metadata["hyperparameters"], count: learner.optimizer.groupCount, name)
    learner.optimizer.load(state)
    if let values { learner.optimizer.hyperparameters = values }
  }

  private func hyperparameters(
    _ text: String?, count: Int, _ checkpoint: String
  ) throws(RunError) -> [Hyperparameters]? {
    guard let text else { return nil }
    func fault(_ problem: String) -> RunError {
      RunError(
        .invalidState(name: "hyperparameters", problem: problem), path: checkpointPath(checkpoint))
    }
    let found: [Hyperparameters]
    do {
      found = try JSONDocument(Data(text.utf8)).decode([Hyperparameters].self)
    } catch {
      let known = error as? JSONFault
      throw fault([known?.field, known?.problem].compactMap(\.self).joined(separator: ": "))
    }
    guard found.count == count else {
      throw fault("they are of \(found.count) parameter groups; the model has \(count)")
    }
    return found
  }
}
