import ArgumentParser
import Benchmarking
import Console
import Lightbox

struct BenchLayersCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "layers",
    abstract: "Show the time of a step by layer or by operation.",
    usage: "lightbox bench layers [<options>]",
    discussion: "Each line shows the fastest of --steps steps.")

  @OptionGroup var options: WorkloadOptions

  @Flag(help: "Print one line per operation and implementation, summed over layers.")
  var byOperation = false

  @Option(
    help:
      "Print this number of lines, 0 to 1000000, slowest first; 0: all, in the order of execution.")
  var top = 0

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    try requireOption("--top", top, in: 0...1_000_000)
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
      ])
    for line in lines {
      table.append(
        (byOperation ? [] : [line.layer]) + [
          line.pass.rawValue, line.operation, NumberFormat.measured(line.milliseconds, 2),
          line.gigaflops.map { NumberFormat.measured($0, 0) } ?? "",
          "\(NumberFormat.measured(line.share * 100, 1)) %",
          line.implementation,
        ])
    }
    print(table)
    print("\(NumberFormat.measured(profile.milliseconds, 1)) ms in \(profile.lines.count) lines")
  }
}
