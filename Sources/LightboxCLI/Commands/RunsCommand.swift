import ArgumentParser
import Lightbox

struct RunsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs", abstract: "List runs, or show the epochs of one.",
    subcommands: [ListCommand.self, ShowCommand.self], defaultSubcommand: ListCommand.self)

  struct ListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "List the runs in a folder, the best epoch of each.")

    @Argument(help: "A folder of runs.")
    var folder = "."

    func run() throws {
      let runs = RunFolder.runs(below: folder)
      guard !runs.isEmpty else { throw RunError(.noRuns, path: folder) }
      print(
        table(
          ["run", "architecture", "status", "epochs", "best valid_loss", "roc_auc_score"],
          runs.map(line)))
    }

    private func line(_ run: RunFolder) -> [String] {
      let name = run.path.split(separator: "/").last.map(String.init) ?? run.path
      do {
        let description = try run.settings(as: RunDescription.self)
        let log = try RunLog(reading: run.databasePath)
        let epochs = try log.epochs()
        let best = epochs.min { ($0.validLoss ?? .infinity) < ($1.validLoss ?? .infinity) }
        return [
          name, description.architecture, try log.status() ?? "empty", "\(epochs.count)",
          digits(best?.validLoss), digits(best?.metrics["roc_auc_score"]),
        ]
      } catch {
        return [name, "", "unreadable: \(error)", "", "", ""]
      }
    }
  }

  struct ShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: "Show a run's settings and epochs.")

    @Argument(help: ArgumentHelp("The run's name in the folder, or its path.", valueName: "run"))
    var name: String

    @Argument(help: "A folder of runs.")
    var folder = "."

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
      let folder = try (try? RunFolder(opening: "\(folder)/\(name)")) ?? RunFolder(opening: name)
      let description = try folder.settings(as: RunDescription.self)
      let log = try RunLog(reading: folder.databasePath)
      let epochs = try log.epochs()
      if json {
        struct Shown: Encodable {
          let description: RunDescription
          let status: String?
          let epochs: [RunLog.Epoch]
        }
        try printJSON(Shown(description: description, status: try log.status(), epochs: epochs))
        return
      }
      print("\(folder.path): \(description.architecture), \(try log.status() ?? "empty")")
      print("classes: \(description.vocab.joined(separator: " | "))")
      for (name, value) in (description.settings.merging(description.data) { a, _ in a }).sorted(
        by: { $0.key < $1.key })
      {
        print("  \(name): \(value)")
      }
      let names = Set(epochs.flatMap(\.metrics.keys)).sorted()
      print(
        table(
          ["epoch", "train_loss", "valid_loss"] + names + ["seconds"],
          epochs.map { epoch in
            ["\(epoch.epoch)", digits(epoch.trainLoss), digits(epoch.validLoss)]
              + names.map { digits(epoch.metrics[$0]) } + [digits(epoch.seconds, 1)]
          }))
    }
  }
}
