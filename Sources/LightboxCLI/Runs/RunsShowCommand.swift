import ArgumentParser
import Console
import Foundation
import Lightbox

struct RunsShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show the settings and epochs of a run.")

  @Argument(help: ArgumentHelp("The run's name in the folder, or its path.", valueName: "run"))
  var name: String

  @Argument(help: "The folder of the runs.")
  var folder = "."

  @Flag(help: "Print JSON.")
  var json = false

  private struct Shown: Encodable {
    let description: RunDescription
    let status: String
    let reason: String?
    let epochs: [RunLog.Epoch]
  }

  func run() throws {
    let isInFolder = FileManager.default.fileExists(atPath: "\(folder)/\(name)")
    let run = try RunSummary(isInFolder ? "\(folder)/\(name)" : name)
    if json {
      return try printJSON(
        Shown(
          description: run.description, status: run.status, reason: run.reason, epochs: run.epochs))
    }
    print("\(run.path): \(run.description.plan.architecture), \(run.status)".printable)
    if let reason = run.reason { print("reason: \(reason)".printable) }
    let settings = TextTable(
      ["", TextColumn("", isFlexible: true)],
      rows: [["classes", run.description.vocab.joined(separator: " | ")]]
        + run.description.settings.map { [$0.name, $0.value] })
    print(settings.body)
    print("transforms")
    for transform in run.description.transforms { print("  \(transform)") }
    print("")
    let names = Set(run.epochs.flatMap(\.metrics.keys)).sorted()
    print(
      TextTable(
        (["epoch", "train_loss", "valid_loss"] + names + ["seconds"]).map(TextColumn.right),
        rows: run.epochs.map { epoch in
          let numbers = [epoch.trainLoss, epoch.validLoss] + names.map { epoch.metrics[$0] }
          return ["\(epoch.epoch)"] + numbers.map { NumberFormat.measured($0) }
            + [NumberFormat.measured(epoch.seconds, 1)]
        }))
  }
}
