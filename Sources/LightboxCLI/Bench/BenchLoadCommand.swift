import ArgumentParser
import Benchmarking
import Console
import Lightbox

struct BenchLoadCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "load", abstract: "Time loading a file of weights into a model.",
    discussion: """
      The file is read into the page cache first, so that the disk is not timed. The first round \
      includes the allocation of memory.
      """)

  @Argument(help: "A safetensors or PyTorch file.")
  var file: String

  @Option(help: "The architecture; see \"lightbox models\".")
  var arch = "resnet50"

  @Option(help: "The number of rounds, each with a new model, 1 to 10000.")
  var rounds = 5

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    try requireOption("--rounds", rounds, in: 1...10_000)
  }

  func run() throws {
    let results = try LoadBenchmark.run(file, into: try Architecture.named(arch), rounds: rounds)
    if json {
      try printJSON(results)
      return
    }
    print(
      TextTable(
        [.right("round"), .right("open and list (ms)"), .right("load (ms)")],
        rows: results.enumerated().map { index, result in
          [
            "\(index + 1)", NumberFormat.measured(result.openSeconds * 1e3, 1),
            NumberFormat.measured(result.loadSeconds * 1e3, 1),
          ]
        }))
  }
}
