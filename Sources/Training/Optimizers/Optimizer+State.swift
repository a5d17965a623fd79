import Layers
public import Tensors

extension Optimizer {
  /// The state of all parameters, row-major, under `parameter#state` and `parameter#step`.
  package var stateDictionary: StateDictionary {
    var found = StateDictionary([:])
    for entry in groups.joined() where entry.step > 0 {
      for (name, tensor) in zip(rule.stateNames, entry.state) {
        found["\(entry.name)#\(name)"] = tensor.rowMajor
      }
      found["\(entry.name)#step"] = Tensor([Int64(entry.step)])
    }
    return found
  }

  /// What is wrong with a state from a file, as a name and a clause; nil if it can be loaded.
  package func fault(in state: StateDictionary) -> (name: String, problem: String)? {
    for entry in groups.joined() {
      let shape = entry.parameter.value.shape
      for name in rule.stateNames.map({ "\(entry.name)#\($0)" }) {
        guard let tensor = state[name] else { continue }
        if tensor.shape != shape || tensor.dtype != .float32 {
          return (name, "it has shape \(tensor.shape) and type \(tensor.dtype), not \(shape)")
        }
      }
      let name = "\(entry.name)#step"
      guard let step = state[name] else { continue }
      guard step.dtype == .int64, step.shape.reduce(1, *) == 1,
        (0...(1 << 40)).contains(step.scalars(as: Int64.self)[0])
      else { return (name, "it is not a number of steps") }
    }
    return nil
  }

  /// Loads a state that `stateDictionary` returned.
  ///
  /// Parameters without an entry keep their state.
  package func load(_ state: StateDictionary) {
    for group in groups.indices {
      for index in groups[group].indices {
        let name = groups[group][index].name
        let tensors = rule.stateNames.compactMap { state["\(name)#\($0)"] }
        guard let step = state["\(name)#step"], tensors.count == rule.stateNames.count else {
          continue
        }
        groups[group][index].state = tensors
        groups[group][index].step = Int(step.scalars(as: Int64.self)[0])
      }
    }
  }
}
