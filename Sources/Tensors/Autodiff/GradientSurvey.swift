import Synchronization

/// Collects the tensors of a computation that need a gradient, without recording the computation.
///
/// Gradient checkpointing runs its first forward pass on such a tape.
final class GradientSurvey: Sendable {
  private struct State: Sendable {
    var parameters: [(value: Tensor, sink: GradientSink)] = []
    var sinks: Set<ObjectIdentifier> = []
    var hasWatchedTensors = false
  }
  private let state = Mutex(State())

  /// Parameters that were used, in order of first use.
  var parameters: [(value: Tensor, sink: GradientSink)] { state.withLock { $0.parameters } }

  /// True if a tensor other than a parameter needs a gradient.
  var hasWatchedTensors: Bool { state.withLock { $0.hasWatchedTensors } }

  func addWatchedTensor() { state.withLock { $0.hasWatchedTensors = true } }

  func add(_ value: Tensor, _ sink: GradientSink) {
    state.withLock { state in
      guard state.sinks.insert(ObjectIdentifier(sink)).inserted else { return }
      state.parameters.append((value, sink))
    }
  }
}
