import ArgumentParser
import Foundation
import Lightbox

struct RunsShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show a run's settings and epochs.")

  @Argument(help: ArgumentHelp("The run's name in the folder, or its path.", valueName: "run"))
  var name: String

  @Argument(help: "A folder of runs.")
  var folder = "."

  @Flag(help: "Print JSON.")
  var json = false

  private struct Shown: Encodable {
    let description: RunDescription
    let status: String
    let epochs: [RunLog.Epoch]
  }

  func run() throws {
    let isInFolder = FileManager.default.fileExists(atPath: "\(folder)/\(name)")
    let run = try RunSummary(isInFolder ? "\(folder)/\(name)" : name)
    if json {
      return try printJSON(
        Shown(description: run.description, status: run.status, epochs: run.epochs))
    }
    print("\(run.path): \(run.description.plan.architecture), \(run.status)")
    print("classes: \(run.description.vocab.joined(separator: " | "))")
    for (name, value) in run.description.settings { print("  \(name): \(value)") }
    let names = Set(run.epochs.flatMap(\.metrics.keys)).sorted()
    print(
      table(
        ["epoch", "train_loss", "valid_loss"] + names + ["seconds"],
        run.epochs.map { epoch in
          ["\(epoch.epoch)", digits(epoch.trainLoss), digits(epoch.validLoss)]
            + names.map { digits(epoch.metrics[$0]) } + [digits(epoch.seconds, 1)]
        }))
  }
}
