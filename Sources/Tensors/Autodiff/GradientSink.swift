import Synchronization

/// The accumulated gradient of a parameter.
package final class GradientSink: Sendable {
  private struct State {
    var sum: Tensor?
    var changes = 0
  }
  private let state = Mutex(State())

  package init() {}

  package var gradient: Tensor? {
    get { state.withLock { $0.sum } }
    set {
      state.withLock {
        $0.sum = newValue
        $0.changes += 1
      }
    }
  }

  /// Number of changes, to detect that a value computed from the gradient is stale.
  package var changes: Int { state.withLock { $0.changes } }

  package func add(_ gradient: Tensor) {
    state.withLock { state in
      if state.sum == nil { state.sum = gradient } else { state.sum?.accumulate(gradient) }
      state.changes += 1
    }
  }

  /// Removes and returns the gradient, so that the caller holds the only reference.
  package func take() -> Tensor? {
    state.withLock { state in
      defer {
        state.sum = nil
        state.changes += 1
      }
      return state.sum
    }
  }
}
