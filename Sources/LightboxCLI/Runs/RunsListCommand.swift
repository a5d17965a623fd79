import ArgumentParser
import Lightbox

struct RunsListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the runs in a folder, with the best epoch of each.")

  @Argument(help: "A folder of runs.")
  var folder = "."

  func run() throws {
    let runs = try RunSummary.list(in: folder)
    print(
      table(
        ["run", "architecture", "status", "epochs", "best valid_loss", "roc_auc_score"],
        runs.map { run in
          [
            run.name, run.architecture ?? "", run.status, "\(run.epochs.count)",
            digits(run.bestEpoch?.validLoss), digits(run.bestEpoch?.metrics["roc_auc_score"]),
          ]
        }))
    for run in runs {
      if let error = run.error { say("Error: \(error)") }
    }
  }
}
