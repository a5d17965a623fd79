import ArgumentParser
import Benchmarking
import Console
import Lightbox

struct BenchLayersCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "layers",
    abstract: "Show the time of a step by layer or by operation.",
    discussion: "Each line shows its fastest step of --steps.")

  @OptionGroup var options: WorkloadOptions

  @Flag(help: "Sum over layers: one line per operation and implementation.")
  var byOperation = false

  @Option(help: "Show only this number of lines, slowest first. 0: all, in the order of execution.")
  var top = 0

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    if top < 0 { throw ValidationError("--top \(top): use 0 or more") }
  }

  func run() throws {
    let profile = StepProfile(
      of: try options.makeWorkload(), rounds: options.steps, byOperation: byOperation)
    var lines = byOperation || top > 0 ? profile.slowest : profile.lines
    if top > 0 { lines = Array(lines.prefix(top)) }
    if json {
      try printJSON(lines)
      return
    }
    var table = TextTable(
      (byOperation ? [] : [TextColumn("layer", isFlexible: true)]) + [
        "pass", "operation", .right("ms"), .right("GFLOP/s"), .right("share"),
        TextColumn("implementation", isFlexible: true),
      ], maximumWidth: 80)
    for line in lines {
      table.append(
        (byOperation ? [] : [line.layer]) + [
          line.pass.rawValue, line.operation, digits(line.milliseconds, 2),
          line.gigaflops.map { digits($0, 0) } ?? "", "\(digits(line.share * 100, 1)) %",
          line.implementation,
        ])
    }
    print(table)
    print("\(digits(profile.milliseconds, 1)) ms in \(profile.lines.count) lines")
  }
}
