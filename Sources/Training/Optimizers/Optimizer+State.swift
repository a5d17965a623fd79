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
