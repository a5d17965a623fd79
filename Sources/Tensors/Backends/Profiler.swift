import Synchronization

/// Measures operations while it is on, each under the layer that called it.
///
/// Off, it costs one atomic read per operation. On, it belongs to one thread: what other threads
/// compute in the meantime is counted too.
public enum Profiler {
  /// Where in a training step an operation ran.
  public enum Pass: String, Sendable, Codable, CaseIterable {
    /// From input to loss.
    case forward
    /// The walk back.
    case backward
    /// The step of the parameters.
    case optimizer
  }

  /// One execution of one operation.
  public struct Event: Sendable {
    /// The layer's label; empty outside of any.
    public let layer: String
    /// Where in the step.
    public let pass: Pass
    /// Such as "conv2d".
    public let operation: String
    /// What computed it: oneDNN's name of an implementation, or "lightbox".
    public let implementation: String
    /// Wall-clock seconds.
    public let seconds: Double
    /// Multiplications and additions, each counted as one; 0 where nobody counts them.
    public let operations: Double
  }

  private struct State {
    var events: [Event] = []
    var layers: [String] = []
    var pass = Pass.forward
  }
  private static let active = Atomic<Bool>(false)
  private static let state = Mutex(State())

  package static var isActive: Bool { active.load(ordering: .relaxed) }

  /// Runs `body` and gives back every operation that ran in it.
  public static func events(in body: () throws -> Void) rethrows -> [Event] {
    state.withLock { $0 = State() }
    active.store(true, ordering: .relaxed)
    defer { active.store(false, ordering: .relaxed) }
    try body()
    return state.withLock { $0.events }
  }

  /// Runs `body`, under a layer's label where the profiler is on.
  package static func within<Result>(_ layer: String, _ body: () throws -> Result) rethrows
    -> Result
  {
    guard isActive else { return try body() }
    state.withLock { $0.layers.append(layer) }
    defer { state.withLock { _ = $0.layers.popLast() } }
    return try body()
  }

  /// Runs `body` as another part of the step.
  package static func during<Result>(_ pass: Pass, _ body: () throws -> Result) rethrows -> Result {
    guard isActive else { return try body() }
    let before = state.withLock { state in
      defer { state.pass = pass }
      return state.pass
    }
    defer { state.withLock { $0.pass = before } }
    return try body()
  }

  /// The label at hand, for a step that is walked later.
  static var layer: String { isActive ? state.withLock { $0.layers.last ?? "" } : "" }

  /// Runs `body`, and notes it where the profiler is on.
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
