extension Tensor {
  /// Runs `body` on this tensor without saving its intermediate values; backward recomputes them
  /// (`torch.utils.checkpoint`).
  ///
  /// The computation is one step of the tape that saves only this tensor. It costs one more forward
  /// pass and gives the same gradients. Off the tape, `body` simply runs.
  ///
  /// - Parameters:
  ///   - body: The computation; it may have side effects (running statistics, random streams).
  ///   - again: The same computation for backward. It must return the same values and have no side
  ///     effects; `isRepeated` is true for its tensors.
  /// - Returns: The result of `body`.
  /// - Precondition: `body` and `again` use no tensor of the tape other than their argument.
  ///
  /// Reference: Chen et al., arXiv:1604.06174.
  package func recomputed(
    _ body: (Tensor) -> Tensor, again: @escaping @Sendable (Tensor) -> Tensor
  ) -> Tensor {
    guard let tape = node?.tape, tape.survey == nil else { return body(self) }
    let survey = GradientSurvey()
    let first = Tape(survey: survey, isRepetition: tape.isRepetition)
    let output = body(first.record(self)).detached
    // The parameters are inputs of the step, so that it is recorded even if the tensor itself needs no
    // gradient, such as an image, and their gradients accumulate as usual.
    let parameters = survey.parameters
    let inputs = [self] + parameters.map { tape.leaf($0.value, sink: $0.sink) }
    guard survey.hasWatchedTensors || inputs.contains(where: \.needsGradient) else {
      return tape.record(output)
    }
    let (input, needsInput) = (detached, needsGradient)
    let sinks = parameters.map(\.sink)
    return tape.append(output, "recomputed", inputs: inputs.map { $0.node?.index ?? -1 }) { dy in
      let inner = Tape(survey: nil, isRepetition: true)
      let x = needsInput ? inner.watch(input) : inner.record(input)
      let y = again(x)
      precondition(
        y.shape == dy.shape,
        "recomputation returns shape \(y.shape), the first forward pass returned \(dy.shape)")
      guard y.needsGradient else { return [nil] + sinks.map { _ in nil } }
      let indices = [needsInput ? x.node?.index : nil] + sinks.map { inner.index(of: $0) }
      let found = inner.backward(
        from: y, seed: dy, retainGraph: false, intoSinks: false,
        keep: Set(indices.compactMap(\.self)))
      return indices.map { $0.flatMap { found[$0] } }
    }
  }

  /// True while backward recomputes a part of the network (gradient checkpointing).
  ///
  /// A layer with side effects, such as running statistics, must skip them then.
  public var isRepeated: Bool { node?.tape.isRepetition ?? false }
}
