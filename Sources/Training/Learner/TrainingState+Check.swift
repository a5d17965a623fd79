import Layers
import Tensors

extension TrainingState {
  /// What is wrong with a state from a file, as a name and a clause; nil if the learner can continue from it.
  package func fault(for learner: Learner) -> (name: String, problem: String)? {
    let p = position
    let counts = [
      p.fit, p.epoch, p.batch, p.sourceBatch, p.iteration, p.totalSteps, p.earlierEpochs,
    ]
    guard counts.allSatisfy({ (0...(1 << 40)).contains($0) }) else {
      return ("position", "its numbers are out of range")
    }
    for (name, shape) in learner.model.stateShapes {
      guard let found = model[name] else {
        if Module.isOptionalEntry(name) { continue }
        return ("model:\(name)", "it is missing")
      }
      if found.shape != shape {
        return ("model:\(name)", "it has shape \(found.shape), not \(shape)")
      }
    }
    if let fault = learner.optimizer.fault(in: optimizer) {
      return ("optimizer:\(fault.name)", fault.problem)
    }
    let shapes = Dictionary(
      learner.model.stateShapes.map { ($0.name, $0.shape) }, uniquingKeysWith: { first, _ in first }
    )
    for (name, gradient) in gradients where shapes[name] != gradient.shape {
      return ("gradient:\(name)", "it has shape \(gradient.shape), not \(shapes[name] ?? [])")
    }
    let groups = learner.optimizer.groupCount
    guard hyperparameters.count == groups else {
      return (
        "hyperparameters",
        "they are of \(hyperparameters.count) parameter groups; the model has \(groups)"
      )
    }
    return nil
  }
}
