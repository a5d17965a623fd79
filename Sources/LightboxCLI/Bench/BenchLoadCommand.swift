import ArgumentParser
import Benchmarking
import Console
import Lightbox

struct BenchLoadCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "load", abstract: "Time loading a file of weights into a model.",
    discussion: """
      The file is read once before, so that the disk is not timed. The first round includes the \
      allocation of memory, as in a program that loads once.
      """)

  @Argument(help: "A safetensors or PyTorch file.")
  var file: String

  @Option(help: "The network; see lightbox models.")
  var arch = "resnet50"

  @Option(help: "How often to load the file.")
  var rounds = 5

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    if rounds < 1 { throw ValidationError("--rounds \(rounds): use 1 or more") }
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
            "\(index + 1)", digits(result.openSeconds * 1e3, 1),
            digits(result.loadSeconds * 1e3, 1),
          ]
        }))
  }
}
