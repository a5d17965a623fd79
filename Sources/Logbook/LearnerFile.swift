import Checkpoints
import Files
import Foundation
import Layers
import Tensors
import Training

/// A file with the weights of a learner, and with the state of its optimizer if that is wanted.
enum LearnerFile {
  private static let optimizerPrefix = "optimizer:"

  /// Writes the file completely or not at all.
  ///
  /// - Throws: `CheckpointError`.
  static func write(
    _ learner: Learner, to path: String, withOptimizer: Bool, metadata: [String: String] = [:]
  ) throws {
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
    try SafeTensors.write(tensors, metadata: facts, to: path)
  }

  /// Loads the weights, and the optimizer's state and hyperparameters if the file has them and `withOptimizer` is true.
  ///
  /// - Throws: `CheckpointError` if the file cannot be read, `RunError` if it does not fit the model.
  static func load(_ path: String, into learner: Learner, withOptimizer: Bool) throws {
    let file = try SafeTensors(contentsOf: path)
    let weights = try file.tensors { !$0.hasPrefix(optimizerPrefix) }
    let shapes = Dictionary(
      weights.map { ($0.name, $0.tensor.shape) }, uniquingKeysWith: { first, _ in first })
    // Nothing is loaded from a file that does not fit.
    let own = learner.model.stateShapes
    let missing = own.map(\.name).filter { shapes[$0] == nil && !Module.isOptionalEntry($0) }
    let mismatched = own.filter { entry in shapes[entry.name].map { $0 != entry.shape } ?? false }
    let known = Set(own.map(\.name))
    let unexpected = weights.names.filter { !known.contains($0) }.sorted()
    guard missing.isEmpty, mismatched.isEmpty, unexpected.isEmpty else {
      throw RunError(
        .weightsMismatch(
          missing: missing, mismatched: mismatched.map(\.name), unexpected: unexpected), path: path)
    }
    guard withOptimizer else {
      learner.model.load(weights)
      return
    }
    let state = StateDictionary(
      try file.tensors { $0.hasPrefix(optimizerPrefix) }.map {
        (name: String($0.name.dropFirst(optimizerPrefix.count)), tensor: $0.tensor)
      })
    if let fault = learner.optimizer.fault(in: state) {
      throw RunError(
        .invalidState(name: optimizerPrefix + fault.name, problem: fault.problem), path: path)
    }
    let values = try hyperparameters(
      file.metadata["hyperparameters"], count: learner.optimizer.groupCount, path)
    learner.model.load(weights)
    learner.optimizer.load(state)
    if let values { learner.optimizer.hyperparameters = values }
  }

  private static func hyperparameters(
    _ text: String?, count: Int, _ path: String
  ) throws(RunError) -> [Hyperparameters]? {
    guard let text else { return nil }
    func fault(_ problem: String) -> RunError {
      RunError(.invalidState(name: "hyperparameters", problem: problem), path: path)
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
