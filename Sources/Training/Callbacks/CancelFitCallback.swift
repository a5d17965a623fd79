import Synchronization

/// Ends the fit when another thread asks for it, such as one that handles signals (fastai: a callback that raises
/// `CancelFitException`).
///
///     let cancellation = CancelFitCallback()
///     Thread { waitForSignal(); cancellation.cancel("SIGTERM") }.start()
///     try learner.fit(5, callbacks: [cancellation])
public final class CancelFitCallback: Callback, Sendable {
  /// Runs after the callbacks that record the batch or save the state of the training.
  public let order = 1000

  private struct State {
    var reason: String?
    var isActive = false
    var observer: (@Sendable (String) -> Void)?
  }
  private let state = Mutex(State())

  /// Creates the callback.
  public init() {}

  /// Ends the fit after the current batch; the first reason counts.
  ///
  /// - Parameter reason: For messages, such as "SIGINT".
  /// - Returns: Whether a fit runs.
  @discardableResult
  public func cancel(_ reason: String) -> Bool {
    // The observer runs under the lock, so that it has ended when `end` returns.
    state.withLock { state in
      if state.reason == nil {
        state.reason = reason
        if state.isActive { state.observer?(reason) }
      }
      return state.isActive
    }
  }

  /// Whether a fit runs, or is about to.
  package var isActive: Bool { state.withLock { $0.isActive } }

  /// Why the fit was asked to end; nil if it was not.
  public var reason: String? { state.withLock { $0.reason } }

  /// Takes requests from now on, before the fit begins.
  package func begin() { state.withLock { $0.isActive = true } }

  /// Calls a short function, on the thread that asks, as soon as the fit is asked to end.
  package func observe(_ observer: @escaping @Sendable (String) -> Void) {
    state.withLock { $0.observer = observer }
  }

  /// Takes no requests any more.
  package func end() {
    state.withLock { state in
      state.isActive = false
      state.observer = nil
    }
  }

  /// Takes requests from now on.
  ///
  /// - Throws: `Interruption.cancelFit` if the fit was asked to end before it began.
  public func beforeFit(_ learner: Learner) throws {
    begin()
    try check()
  }

  /// Ends the fit if it was asked to.
  ///
  /// - Throws: `Interruption.cancelFit`.
  public func afterBatch(_ learner: Learner) throws { try check() }

  private func check() throws { if reason != nil { throw Interruption.cancelFit } }
}
