import ArgumentParser
import Console
import Lightbox

struct RunsListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the runs in a folder with their best epochs.",
    discussion: """
      The status is running, finished, failed, interrupted (by a signal), died (its process was killed) \
      or unreadable; the exit code is then 1.
      """)

  @Argument(help: "The folder of the runs.")
  var folder = "."

  func run() throws {
    let runs = try RunSummary.list(in: folder)
    print(
      TextTable(
        [
          TextColumn("run", isFlexible: true), TextColumn("architecture", isFlexible: true),
          "status",
          .right("epochs"), .right("valid_loss"), .right("roc_auc_score"),
        ],
        rows: runs.map { run in
          [
            run.name, run.architecture ?? "", run.status, "\(run.epochs.count)",
            NumberFormat.measured(run.bestEpoch?.validLoss),
            NumberFormat.measured(run.bestEpoch?.metrics["roc_auc_score"]),
          ]
        }))
    for run in runs {
      if let error = run.error { say("Error: \(error)") }
    }
    if runs.contains(where: { $0.error != nil }) { throw ExitCode(1) }
  }
}
