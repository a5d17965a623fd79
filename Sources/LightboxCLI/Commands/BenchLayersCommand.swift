import ArgumentParser
import Foundation
import Lightbox

struct BenchLayersCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "layers",
    abstract: "Show where a step's time goes: layer by layer, or operation by operation.")

  @OptionGroup var options: WorkloadOptions

  @Flag(help: "Sum over operations and implementations instead of layers.")
  var byOperation = false

  @Option(help: "Lines to show, the slowest first; 0: all, in the network's order.")
  var top = 0

  @Flag(help: "Print JSON.")
  var json = false

  struct Line: Encodable {
    let layer: String
    let pass: Profiler.Pass
    let operation: String
    let implementation: String
    var milliseconds: Double
    var gigaflops: Double?
    var share: Double
  }

  func run() throws {
    let workload = try options.makeWorkload()
    for _ in 0..<2 { workload.step() }
    // The fastest of several rounds for each line: other programs on the machine only ever add.
    var order: [String] = []
    var best: [String: (line: Line, work: Double)] = [:]
    for _ in 0..<options.steps {
      var round: [String: (line: Line, work: Double)] = [:]
      for event in Profiler.events(in: { workload.step() }) {
        let layer = byOperation ? "" : event.layer
        let key = "\(layer)|\(event.pass.rawValue)|\(event.operation)|\(event.implementation)"
        if best[key] == nil, round[key] == nil { order.append(key) }
        var entry =
          round[key]
          ?? (
            Line(
              layer: layer, pass: event.pass, operation: event.operation,
              implementation: event.implementation, milliseconds: 0, gigaflops: nil, share: 0), 0
          )
        entry.line.milliseconds += event.seconds * 1e3
        entry.work += event.operations
        round[key] = entry
      }
      for (key, entry) in round
      where entry.line.milliseconds < best[key]?.line.milliseconds ?? .infinity {
        best[key] = entry
      }
    }
    let total = best.values.reduce(0) { $0 + $1.line.milliseconds }
    var lines = order.compactMap { key -> Line? in
      guard let entry = best[key] else { return nil }
      var line = entry.line
      line.share = line.milliseconds / total
      if entry.work > 0 { line.gigaflops = entry.work / line.milliseconds * 1e-6 }
      return line
    }
    if top > 0 { lines = Array(lines.sorted { $0.milliseconds > $1.milliseconds }.prefix(top)) }
    if byOperation { lines.sort { $0.milliseconds > $1.milliseconds } }
    if json {
      try printJSON(lines)
      return
    }
    print(
      table(
        (byOperation ? [] : ["layer"]) + [
          "pass", "operation", "ms", "GFLOP/s", "share", "implementation",
        ],
        lines.map { line in
          (byOperation ? [] : [line.layer]) + [
            line.pass.rawValue, line.operation, digits(line.milliseconds, 2),
            line.gigaflops.map { digits($0, 0) } ?? "", "\(digits(line.share * 100, 1)) %",
            line.implementation,
          ]
        }))
    print("\(digits(total, 1)) ms in \(best.count) lines")
  }
}
