import Synchronization

/// Measures the operations of a block of code, per layer (`torch.profiler`).
///
/// While inactive it costs one atomic read per operation. It is process-wide: operations of other
/// threads are recorded too.
package enum Profiler {
  /// Part of a training step.
  package enum Pass: String, Sendable, Codable, CaseIterable {
    /// From the input to the loss.
    case forward
    /// The backward pass.
    case backward
    /// The optimizer step.
    case optimizer
  }

  /// One execution of an operation.
  package struct Event: Sendable {
    /// Label of the layer; empty outside of layers.
    package let layer: String
    /// Part of the training step.
    package let pass: Pass
    /// Name of the operation, such as "conv2d".
    package let operation: String
    /// oneDNN's name of the implementation, or "lightbox".
    package let implementation: String
    /// Wall-clock seconds.
    package let seconds: Double
    /// Floating-point operations; 0 if not counted.
    package let operations: Double
  }

  /// Whether this is oneDNN's name of a reference implementation, such as "ref:any".
  package static func isReference(_ implementation: String) -> Bool {
    implementation.contains("ref")
  }

  private struct State {
    var events: [Event] = []
    var layers: [String] = []
    var pass = Pass.forward
  }
  private static let active = Atomic<Bool>(false)
  private static let state = Mutex(State())

  package static var isActive: Bool { active.load(ordering: .relaxed) }

  /// Runs `body` and returns the operations that it executed.
  package static func events(in body: () throws -> Void) rethrows -> [Event] {
    state.withLock { $0 = State() }
    active.store(true, ordering: .relaxed)
    defer { active.store(false, ordering: .relaxed) }
    try body()
    return state.withLock { $0.events }
  }

  /// Runs `body` with the label of a layer.
  package static func within<Result>(_ layer: String, _ body: () throws -> Result) rethrows
    -> Result
  {
    guard isActive else { return try body() }
    state.withLock { $0.layers.append(layer) }
    defer { state.withLock { _ = $0.layers.popLast() } }
    return try body()
  }

  /// Runs `body` as another part of the training step.
  package static func during<Result>(_ pass: Pass, _ body: () throws -> Result) rethrows -> Result {
    guard isActive else { return try body() }
    let before = state.withLock { state in
      defer { state.pass = pass }
      return state.pass
    }
    defer { state.withLock { $0.pass = before } }
    return try body()
  }

  /// The current label, to attribute the backward pass of a step.
  static var layer: String { isActive ? state.withLock { $0.layers.last ?? "" } : "" }

  /// Runs `body` and records it if the profiler is active.
  @inline(__always)
  static func measure<Result>(
    _ operation: StaticString, _ implementation: @autoclosure () -> String = "lightbox",
    operations: @autoclosure () -> Double = 0, _ body: () throws -> Result
  ) rethrows -> Result {
    guard isActive else { return try body() }
    let clock = ContinuousClock()
    let start = clock.now
    let result = try body()
    let (seconds, attoseconds) = (clock.now - start).components
    let time = Double(seconds) + Double(attoseconds) * 1e-18
    let (name, work) = (implementation(), operations())
    state.withLock { state in
      state.events.append(
        Event(
          layer: state.layers.last ?? "", pass: state.pass, operation: "\(operation)",
          implementation: name, seconds: time, operations: work))
    }
    return result
  }
}
