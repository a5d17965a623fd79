import Synchronization

/// The record of a computation, in the order it happened; walking it backwards gives gradients.
///
/// Nothing is recorded unless asked: pass an input through `watch(_:)` or `record(_:)`, and every
/// operation on it, and on what comes of it, leaves a step here. Steps are an array and their inputs
/// are integers, so nothing recurses, however long the computation.
///
///     let tape = Tape()
///     let loss = model(tape.record(images)).crossEntropy(labels)
///     loss.backward()          // adds into every parameter's gradient
public final class Tape: Sendable {
  /// Where a tensor stands on a tape.
  ///
  /// A negative index: on the tape, but no gradient is wanted.
  package struct Place: Sendable {
    let tape: Tape
    let index: Int
  }

  /// From the gradient of an operation's output to those of its inputs.
  package typealias Pullback = @Sendable (Tensor) -> [Tensor?]

  private enum Saved: Sendable {
    case leaf
    case pullback(Pullback)
    case released
  }

  private struct Step: Sendable {
    var name: String
    var inputs: [Int]
    var saved: Saved
    var sink: GradientSink?
    var observers: [@Sendable (Tensor) -> Void] = []
    /// Which layer recorded it, while a profiler listens.
    var layer = Profiler.layer
  }

  private struct State: Sendable {
    var steps: [Step] = []
    var leaves: [ObjectIdentifier: Int] = [:]
    var survey = Survey()
  }

  /// What a computation asked of a tape that records nothing.
  struct Survey: Sendable {
    /// Parameters that want a gradient, in the order they were met.
    var parameters: [(value: Tensor, sink: GradientSink)] = []
    /// True if something else wants one.
    var watches = false
  }

  private let state = Mutex(State())

  /// True: nothing is recorded, it is only noted who wants a gradient.
  let isSurvey: Bool
  /// True: what runs here ran before, so nothing outside of the computation may change again.
  let isRepetition: Bool

  /// Makes an empty tape.
  public convenience init() { self.init(isSurvey: false, isRepetition: false) }

  init(isSurvey: Bool, isRepetition: Bool) {
    self.isSurvey = isSurvey
    self.isRepetition = isRepetition
  }

  /// Number of steps recorded.
  public var count: Int { state.withLock { $0.steps.count } }

  /// Puts a tensor on the tape and asks for its gradient.
  public func watch(_ tensor: Tensor) -> Tensor {
    if isSurvey {
      state.withLock { $0.survey.watches = true }
      return record(tensor)
    }
    return append(tensor, Step(name: "watch", inputs: [], saved: .leaf))
  }

  /// Puts a tensor on the tape without asking for its gradient: only parameters met on the way get one.
  public func record(_ tensor: Tensor) -> Tensor {
    var copy = tensor.detached
    copy.place = Place(tape: self, index: -1)
    return copy
  }

  /// A parameter's value on this tape; the same place each time it is met.
  package func leaf(_ value: Tensor, sink: GradientSink) -> Tensor {
    if isSurvey {
      state.withLock { state in
        let isNew = state.leaves.updateValue(-1, forKey: ObjectIdentifier(sink)) == nil
        if isNew { state.survey.parameters.append((value.detached, sink)) }
      }
      return record(value)
    }
    var copy = value.detached
    let index = state.withLock { state in
      let key = ObjectIdentifier(sink)
      if let known = state.leaves[key] { return known }
      state.steps.append(Step(name: "parameter", inputs: [], saved: .leaf, sink: sink))
      state.leaves[key] = state.steps.count - 1
      return state.steps.count - 1
    }
    copy.place = Place(tape: self, index: index)
    return copy
  }

  /// What a survey found.
  var survey: Survey { state.withLock { $0.survey } }

  /// The place of a parameter that was met; nil if it was not.
  func index(of sink: GradientSink) -> Int? {
    state.withLock { $0.leaves[ObjectIdentifier(sink)] }
  }

  private func append(_ tensor: Tensor, _ step: Step) -> Tensor {
    var copy = tensor.detached
    let index = state.withLock { state in
      state.steps.append(step)
      return state.steps.count - 1
    }
    copy.place = Place(tape: self, index: index)
    return copy
  }

  func append(
    _ output: Tensor, _ name: String, inputs: [Int], pullback: @escaping Pullback
  ) -> Tensor {
    append(output, Step(name: name, inputs: inputs, saved: .pullback(pullback)))
  }

  /// Calls `body` with the whole gradient of a tensor on this tape when a backward walk reaches it.
  package func observeGradient(of tensor: Tensor, _ body: @escaping @Sendable (Tensor) -> Void) {
    guard let place = tensor.place, place.tape === self, place.index >= 0 else { return }
    state.withLock { $0.steps[place.index].observers.append(body) }
  }

  // MARK: The walk

  /// Gradients of `output` with respect to the tensors named, each of its tensor's shape.
  ///
  /// - Parameters:
  ///   - output: A single number on this tape, or any tensor if `seed` is given.
  ///   - inputs: Tensors that this tape watches: inputs, activations or parameters' values.
  ///   - seed: The gradient of `output` itself, of its shape; 1 if nil.
  ///   - keepingSaved: Keep what backward needs, so that the same part can be walked again.
  /// - Returns: One gradient per input, zeros where the output does not depend on it.
  public func gradients(
    of output: Tensor, withRespectTo inputs: [Tensor], seed: Tensor? = nil,
    keepingSaved: Bool = false
  ) -> [Tensor] {
    let wanted = inputs.map { input -> Int in
      guard let place = input.place, place.tape === self, place.index >= 0 else {
        preconditionFailure(
          "a gradient is asked for a tensor of shape \(input.shape) that this tape does not watch")
      }
      return place.index
    }
    let found = walk(
      from: output, seed: seed, keepingSaved: keepingSaved, intoSinks: false, keep: Set(wanted))
    return zip(inputs, wanted).map { input, index in found[index] ?? Tensor.zeros(input.shape) }
  }

  @discardableResult
  func walk(
    from output: Tensor, seed: Tensor?, keepingSaved: Bool, intoSinks: Bool, keep: Set<Int> = []
  ) -> [Int: Tensor] {
    Profiler.during(.backward) {
      walkSteps(
        from: output, seed: seed, keepingSaved: keepingSaved, intoSinks: intoSinks, keep: keep)
    }
  }

  private func walkSteps(
    from output: Tensor, seed: Tensor?, keepingSaved: Bool, intoSinks: Bool, keep: Set<Int>
  ) -> [Int: Tensor] {
    guard let place = output.place, place.tape === self, place.index >= 0 else {
      preconditionFailure(
        "backward of a tensor of shape \(output.shape) that depends on nothing with a gradient")
    }
    precondition(
      seed != nil || output.count == 1,
      "backward needs a single number, not the shape \(output.shape): pick an element, such as "
        + "output[0, class], or pass a seed gradient")
    if let seed {
      precondition(
        seed.shape == output.shape,
        "the seed's shape \(seed.shape) is not the output's, \(output.shape)")
    }
    var gradients = [Tensor?](repeating: nil, count: place.index + 1)
    gradients[place.index] = seed?.detached ?? Tensor(repeating: 1, shape: output.shape)
    var kept: [Int: Tensor] = [:]

    for index in stride(from: place.index, through: 0, by: -1) {
      guard let gradient = gradients[index] else { continue }
      gradients[index] = nil
      let step = state.withLock { state in
        let step = state.steps[index]
        if !keepingSaved, case .pullback = step.saved { state.steps[index].saved = .released }
        return step
      }
      for observer in step.observers { observer(gradient) }
      if keep.contains(index) { kept[index] = gradient }
      switch step.saved {
      case .leaf:
        if intoSinks { step.sink?.add(gradient) }
      case .released:
        preconditionFailure(
          "the step \(step.name) was walked before and its saved values are gone; pass "
            + "keepingSaved: true to the first backward")
      case .pullback(let pullback):
        let results =
          Profiler.within(step.layer) { Tape.apply(pullback, to: gradient) }
        precondition(
          results.count == step.inputs.count,
          "\(step.name) gives \(results.count) gradients for \(step.inputs.count) inputs")
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
  /// Walks the tape backwards from this tensor and adds into the gradient of every parameter it depends on.
  ///
  /// - Parameters:
  ///   - seed: The gradient of this tensor itself; 1 if nil, which needs a single number.
  ///   - keepingSaved: Keep what the walk needs, so that it can be walked again (one map per class, say).
  /// - Precondition: a tape watches this tensor.
  public func backward(_ seed: Tensor? = nil, keepingSaved: Bool = false) {
    guard let place else {
      preconditionFailure(
        "backward of a tensor of shape \(shape) that no tape recorded: pass the input through "
          + "Tape().record(_:) or watch(_:), or put a backward hook on a layer")
    }
    place.tape.walk(from: self, seed: seed, keepingSaved: keepingSaved, intoSinks: true)
  }

  /// Gives this result a place on the tape of the inputs, if there is one.
  package func recorded(
    _ name: String, from inputs: [Tensor], pullback: @escaping Tape.Pullback
  ) -> Tensor {
    guard let tape = Tape.common(inputs) else { return self }
    guard inputs.contains(where: \.needsGradient) else { return tape.record(self) }
    return tape.append(self, name, inputs: inputs.map { $0.place?.index ?? -1 }, pullback: pullback)
  }
}

extension Tape {
  /// The one tape that watches any of these tensors.
  package static func common(_ tensors: [Tensor]) -> Tape? {
    var tape: Tape?
    for tensor in tensors {
      guard let place = tensor.place else { continue }
      precondition(
        tape == nil || tape === place.tape, "two tensors of one operation are on different tapes")
      tape = place.tape
    }
    return tape
  }
}
