import ArgumentParser
import Foundation
import Lightbox

struct BenchLoadCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "load", abstract: "Time opening a file of weights and loading it into a model.",
    discussion: """
      The first round counts: it has memory to ask for, as a program has that loads once. The file is \
      read once before, so that the disk is not timed.
      """)

  @Argument(help: "A safetensors or PyTorch file.")
  var file: String

  @Option(help: "The architecture's name.")
  var arch = "resnet50"

  @Option(help: "Rounds.")
  var rounds = 5

  @Flag(help: "Print JSON.")
  var json = false

  struct Round: Encodable {
    let openSeconds: Double
    let loadSeconds: Double
  }

  func validate() throws {
    if rounds < 1 { throw ValidationError("--rounds \(rounds): use 1 or more") }
  }

  func run() throws {
    let architecture = try Architecture.named(arch)
    _ = try FileHash.sha256(of: file)
    var found: [Round] = []
    for _ in 0..<rounds {
      let vision = VisionModel(architecture, classCount: 2)
      let start = DispatchTime.now().uptimeNanoseconds
      let checkpoint = try Checkpoint(contentsOf: file)
      _ = try checkpoint.networkEntries()
      let opened = DispatchTime.now().uptimeNanoseconds
      let report = try vision.load(checkpoint)
      let loaded = DispatchTime.now().uptimeNanoseconds
      guard report.missing.isEmpty, report.mismatched.isEmpty else {
        throw WeightsMismatch(path: file, report: "\(report)")
      }
      found.append(
        Round(
          openSeconds: Double(opened - start) * 1e-9, loadSeconds: Double(loaded - opened) * 1e-9))
    }
    if json {
      try printJSON(found)
    } else {
      print(
        table(
          ["round", "open and list (ms)", "load (ms)"],
          found.enumerated().map {
            ["\($0 + 1)", digits($1.openSeconds * 1e3, 1), digits($1.loadSeconds * 1e3, 1)]
          }))
    }
  }
}
