package import Tensors

/// The time of a step by layer or by operation.
package struct StepProfile: Sendable {
  /// The executions of an operation by one implementation, in one layer or in all.
  package struct Line: Encodable, Sendable, Equatable {
    /// The path of the layer; empty by operation.
    package let layer: String
    package let pass: Profiler.Pass
    package let operation: String
    package let implementation: String
    /// The time in the fastest round.
    package var milliseconds: Double
    /// The rate in 1e9 operations per second; nil if they are not counted.
    package var gigaflops: Double?
    /// The share of the time of all lines.
    package var share: Double
  }

  /// The lines in the order of execution.
  package let lines: [Line]
  /// The time of all lines.
  package var milliseconds: Double { lines.reduce(0) { $0 + $1.milliseconds } }
  /// The lines, slowest first.
  package var slowest: [Line] { lines.sorted { $0.milliseconds > $1.milliseconds } }

  /// Profiles a workload in several rounds after two steps to warm up.
  ///
  /// Each line is the fastest round, since other programs on the machine only add time.
  ///
  /// - Parameters:
  ///   - workload: The workload.
  ///   - rounds: The number of profiled steps.
  ///   - byOperation: Whether lines sum over all layers.
  package init(of workload: Workload, rounds: Int, byOperation: Bool = false) {
    for _ in 0..<2 { workload.step() }
    var order: [Key] = []
    var best: [Key: Sum] = [:]
    for _ in 0..<rounds {
      var round: [Key: Sum] = [:]
      for event in Profiler.events(in: { workload.step() }) {
        let key = Key(event, byOperation: byOperation)
        if best[key] == nil, round[key] == nil { order.append(key) }
        round[key, default: Sum()].add(event)
      }
      best.merge(round) { $1.milliseconds < $0.milliseconds ? $1 : $0 }
    }
    let total = best.values.reduce(0) { $0 + $1.milliseconds }
    lines = order.compactMap { key in
      best[key].map { sum in
        Line(
          layer: key.layer, pass: key.pass, operation: key.operation,
          implementation: key.implementation, milliseconds: sum.milliseconds,
          gigaflops: sum.operations > 0 ? sum.operations / sum.milliseconds * 1e-6 : nil,
          share: sum.milliseconds / total)
      }
    }
  }

  private struct Key: Hashable {
    let layer: String
    let pass: Profiler.Pass
    let operation: String
    let implementation: String

    init(_ event: Profiler.Event, byOperation: Bool) {
      layer = byOperation ? "" : event.layer
      pass = event.pass
      operation = event.operation
      implementation = event.implementation
    }
  }

  private struct Sum {
    var milliseconds = 0.0
    var operations = 0.0

    mutating func add(_ event: Profiler.Event) {
      milliseconds += event.seconds * 1e3
      operations += event.operations
    }
  }
}
