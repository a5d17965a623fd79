import Synchronization

extension Tape {
  /// Gradients of `output` with respect to `inputs` (`torch.autograd.grad`).
  ///
  /// - Parameters:
  ///   - output: A scalar on this tape, or any tensor if `seed` is given.
  ///   - inputs: Inputs, activations or parameter values on this tape that need a gradient.
  ///   - seed: The gradient of `output`, of the same shape (`grad_outputs`). Default: 1.
  ///   - retainGraph: Keep the saved values, so that backward can run again (`retain_graph`).
  /// - Returns: One gradient per input, of its shape; zeros if the output does not depend on it.
  public func gradients(
    of output: Tensor, withRespectTo inputs: [Tensor], seed: Tensor? = nil,
    retainGraph: Bool = false
  ) -> [Tensor] {
    gradients(
      of: output, withRespectTo: inputs, seed: seed, retainGraph: retainGraph, isGuided: false)
  }

  /// Gradients of `output` with respect to `inputs`; with `isGuided`, negative gradients do not pass a ReLU.
  ///
  /// Guided backpropagation: Springenberg et al., arXiv:1412.6806.
  package func gradients(
    of output: Tensor, withRespectTo inputs: [Tensor], seed: Tensor? = nil,
    retainGraph: Bool = false, isGuided: Bool
  ) -> [Tensor] {
    let wanted = inputs.map { input -> Int in
      guard let node = input.node, node.tape === self, node.index >= 0 else {
        preconditionFailure(
          "gradients: the input of shape \(input.shape) is not on this tape or needs no gradient; "
            + "pass it through watch(_:)")
      }
      return node.index
    }
    let found = backward(
      from: output, seed: seed, retainGraph: retainGraph, intoSinks: false, keep: Set(wanted),
      isGuided: isGuided)
    return zip(inputs, wanted).map { input, index in found[index] ?? Tensor.zeros(input.shape) }
  }

  /// Runs the backward pass.
  ///
  /// - Parameters:
  ///   - output: A tensor on this tape.
  ///   - seed: The gradient of `output`. Default: 1.
  ///   - retainGraph: Keep the saved values.
  ///   - intoSinks: Accumulate into the gradients of parameters.
  ///   - keep: Indices of the steps whose gradients are returned.
  ///   - isGuided: Set negative gradients to 0 before each ReLU.
  /// - Returns: Gradients by step index.
  @discardableResult
  func backward(
    from output: Tensor, seed: Tensor?, retainGraph: Bool, intoSinks: Bool, keep: Set<Int> = [],
    isGuided: Bool = false
  ) -> [Int: Tensor] {
    Profiler.during(.backward) {
      runSteps(
        from: output, seed: seed, retainGraph: retainGraph, intoSinks: intoSinks, keep: keep,
        isGuided: isGuided)
    }
  }

  private func runSteps(
    from output: Tensor, seed: Tensor?, retainGraph: Bool, intoSinks: Bool, keep: Set<Int>,
    isGuided: Bool
  ) -> [Int: Tensor] {
    guard let node = output.node, node.tape === self, node.index >= 0 else {
      preconditionFailure(
        "backward: the tensor of shape \(output.shape) does not depend on a tensor that needs a "
          + "gradient")
    }
    precondition(
      seed != nil || output.count == 1,
      "backward needs a scalar, not the shape \(output.shape): pick an element, such as "
        + "output[0, classIndex], or pass a seed gradient")
    if let seed {
      precondition(
        seed.shape == output.shape,
        "backward: the seed has shape \(seed.shape), the output \(output.shape)")
    }
    var gradients = [Tensor?](repeating: nil, count: node.index + 1)
    gradients[node.index] = seed?.detached ?? Tensor(repeating: 1, shape: output.shape)
    var kept: [Int: Tensor] = [:]

    for index in stride(from: node.index, through: 0, by: -1) {
      guard var gradient = gradients[index] else { continue }
      gradients[index] = nil
      let step = state.withLock { state in
        let step = state.steps[index]
        if !retainGraph, case .pullback = step.saved { state.steps[index].saved = .released }
        return step
      }
      for observer in step.observers { observer(gradient) }
      if keep.contains(index) { kept[index] = gradient }
      switch step.saved {
      case .leaf:
        if intoSinks { step.sink?.add(gradient) }
      case .released:
        preconditionFailure(
          "backward: the saved values of step \(step.name) are released; pass retainGraph: true to "
            + "the first backward")
      case .pullback(let pullback):
        if isGuided, step.name == "relu" || step.name == "addReLU" { gradient = gradient.relu() }
        let results =
          Profiler.within(step.layer) { Tape.apply(pullback, to: gradient) }
        precondition(
          results.count == step.inputs.count,
          "\(step.name) returns \(results.count) gradients for \(step.inputs.count) inputs")
        for (input, result) in zip(step.inputs, results) where input >= 0 {
          guard let result else { continue }
          if gradients[input] == nil {
            gradients[input] = result
          } else {
            gradients[input]?.accumulate(result)
          }
        }
      }
    }
    return kept
  }

  private static func apply(_ pullback: Pullback, to gradient: consuming Tensor) -> [Tensor?] {
    pullback(gradient)
  }
}

extension Tensor {
  /// Computes the gradients of this tensor and accumulates them into every parameter it depends on.
  ///
  /// - Parameters:
  ///   - seed: The gradient of this tensor (`gradient`). Default: 1, which needs a scalar.
  ///   - retainGraph: Keep the saved values, so that backward can run again, such as once per class
  ///     (`retain_graph`).
  /// - Precondition: The tensor is on a tape.
  public func backward(_ seed: Tensor? = nil, retainGraph: Bool = false) {
    guard let node else {
      preconditionFailure(
        "backward: the tensor of shape \(shape) is on no tape; pass the input through "
          + "Tape().record(_:) or watch(_:), or add a backward hook to a layer")
    }
    node.tape.backward(from: self, seed: seed, retainGraph: retainGraph, intoSinks: true)
  }
}
