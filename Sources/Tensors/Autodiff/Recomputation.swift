extension Tensor {
  /// What `body` makes of this tensor, recorded as one step that keeps nothing but this tensor: the
  /// walk back runs `again` to have what lies between.
  ///
  /// Also known as gradient checkpointing: memory for time, one more forward pass of this part. The
  /// gradients are those of an ordinary recording; where every operation repeats itself, bit by bit.
  /// Off the tape, `body` simply runs.
  ///
  /// - Parameters:
  ///   - body: The computation; it may change what is outside (running statistics, random streams).
  ///   - again: The same computation; it must give the same numbers and change nothing outside. What
  ///     it meets knows from `isRepeated`.
  /// - Returns: What `body` gave.
  /// - Precondition: neither uses a tensor of the tape other than through its argument.
  ///
  /// Reference: Chen et al., arXiv:1604.06174.
  package func recomputed(
    _ body: (Tensor) -> Tensor, again: @escaping @Sendable (Tensor) -> Tensor
  ) -> Tensor {
    guard let tape = place?.tape, !tape.isSurvey else { return body(self) }
    let first = Tape(isSurvey: true, isRepetition: tape.isRepetition)
    let output = body(first.record(self)).detached
    let survey = first.survey
    // Parameters inside are inputs of this step too: so their gradients take the way of all others,
    // and the step stands although the tensor itself, an image say, needs none.
    let inputs = [self] + survey.parameters.map { tape.leaf($0.value, sink: $0.sink) }
    guard survey.watches || inputs.contains(where: \.needsGradient) else {
      return tape.record(output)
    }
    let (input, needsInput) = (detached, needsGradient)
    let sinks = survey.parameters.map(\.sink)
    return tape.append(output, "recomputed", inputs: inputs.map { $0.place?.index ?? -1 }) { dy in
      let inner = Tape(isSurvey: false, isRepetition: true)
      let x = needsInput ? inner.watch(input) : inner.record(input)
      let y = again(x)
      precondition(
        y.shape == dy.shape, "a part that gave \(dy.shape) gives \(y.shape) when it is repeated")
      guard y.needsGradient else { return [nil] + sinks.map { _ in nil } }
      let places = [needsInput ? x.place?.index : nil] + sinks.map { inner.index(of: $0) }
      let found = inner.walk(
        from: y, seed: dy, keepingSaved: false, intoSinks: false,
        keep: Set(places.compactMap(\.self)))
      return places.map { $0.flatMap { found[$0] } }
    }
  }

  /// True while a part of a network runs for the second time, in the walk back.
  ///
  /// Whoever changes something beside the computation, such as running statistics, leaves it then.
  public var isRepeated: Bool { place?.tape.isRepetition ?? false }
}
