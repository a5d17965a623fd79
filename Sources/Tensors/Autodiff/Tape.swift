import Synchronization

/// Records operations for automatic differentiation.
///
/// An operation is recorded only if one of its inputs is on a tape: pass an input through `watch(_:)`
/// or `record(_:)`, and every operation on it, and on results computed from it, adds a step. Steps are
/// an array and refer to their inputs by index, so backward does not recurse.
///
///     let tape = Tape()
///     let loss = model(tape.record(images)).crossEntropy(labels)
///     loss.backward()          // accumulates into the gradient of every parameter
public final class Tape: Sendable {
  /// The position of a tensor on a tape.
  ///
  /// A negative index means that the tensor is on the tape but needs no gradient.
  package struct Node: Sendable {
    let tape: Tape
    let index: Int
  }

  /// Maps the gradient of an operation's output to the gradients of its inputs.
  package typealias Pullback = @Sendable (Tensor) -> [Tensor?]

  enum SavedValues: Sendable {
    case leaf
    case pullback(Pullback)
    case released
  }

  struct Step: Sendable {
    var name: String
    var inputs: [Int]
    var saved: SavedValues
    var sink: GradientSink?
    var observers: [@Sendable (Tensor) -> Void] = []
    /// The layer that recorded the step, while the profiler is active.
    var layer = Profiler.layer
  }

  struct State: Sendable {
    var steps: [Step] = []
    var leaves: [ObjectIdentifier: Int] = [:]
  }

  let state = Mutex(State())

  /// Collects the tensors that need a gradient instead of recording; nil for an ordinary tape.
  let survey: GradientSurvey?
  /// True for the tape of a recomputation, which must not have side effects.
  let isRepetition: Bool

  /// Creates an empty tape.
  public convenience init() { self.init(survey: nil, isRepetition: false) }

  init(survey: GradientSurvey?, isRepetition: Bool) {
    self.survey = survey
    self.isRepetition = isRepetition
  }

  /// Number of recorded steps.
  package var count: Int { state.withLock { $0.steps.count } }

  /// Puts a tensor on the tape as a leaf that needs a gradient (`requires_grad_()`).
  public func watch(_ tensor: Tensor) -> Tensor {
    if let survey {
      survey.addWatchedTensor()
      return record(tensor)
    }
    return append(tensor, Step(name: "watch", inputs: [], saved: .leaf))
  }

  /// Puts a tensor on the tape without a gradient of its own.
  ///
  /// Operations on it are recorded as soon as a parameter is involved.
  public func record(_ tensor: Tensor) -> Tensor {
    var copy = tensor.detached
    copy.node = Node(tape: self, index: -1)
    return copy
  }

  /// The value of a parameter as a leaf of this tape; the same leaf for every use.
  package func leaf(_ value: Tensor, sink: GradientSink) -> Tensor {
    if let survey {
      survey.add(value.detached, sink)
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
    copy.node = Node(tape: self, index: index)
    return copy
  }

  /// The index of a parameter's leaf; nil if no operation used the parameter.
  func index(of sink: GradientSink) -> Int? {
    state.withLock { $0.leaves[ObjectIdentifier(sink)] }
  }

  private func append(_ tensor: Tensor, _ step: Step) -> Tensor {
    var copy = tensor.detached
    let index = state.withLock { state in
      state.steps.append(step)
      return state.steps.count - 1
    }
    copy.node = Node(tape: self, index: index)
    return copy
  }

  func append(
    _ output: Tensor, _ name: String, inputs: [Int], pullback: @escaping Pullback
  ) -> Tensor {
    append(output, Step(name: name, inputs: inputs, saved: .pullback(pullback)))
  }

  /// Calls `body` with the gradient of a tensor when backward reaches it (`Tensor.register_hook`).
  package func observeGradient(of tensor: Tensor, _ body: @escaping @Sendable (Tensor) -> Void) {
    guard let node = tensor.node, node.tape === self, node.index >= 0 else { return }
    state.withLock { $0.steps[node.index].observers.append(body) }
  }

  /// The tape that any of these tensors is on; nil if none is.
  package static func common(_ tensors: [Tensor]) -> Tape? {
    var tape: Tape?
    for tensor in tensors {
      guard let node = tensor.node else { continue }
      precondition(
        tape == nil || tape === node.tape, "the inputs of one operation are on different tapes")
      tape = node.tape
    }
    return tape
  }
}

extension Tensor {
  /// Records this result on the tape of its inputs, if they are on one.
  package func recorded(
    _ name: String, from inputs: [Tensor], pullback: @escaping Tape.Pullback
  ) -> Tensor {
    guard let tape = Tape.common(inputs) else { return self }
    guard inputs.contains(where: \.needsGradient) else { return tape.record(self) }
    return tape.append(self, name, inputs: inputs.map { $0.node?.index ?? -1 }, pullback: pullback)
  }
}
