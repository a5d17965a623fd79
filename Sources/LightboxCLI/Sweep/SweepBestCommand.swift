import ArgumentParser
import Console
import Lightbox

struct SweepBestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "best", abstract: "Print the path of the best trial.",
    discussion: """
      Settings are compared by the mean over their seeds and folds, and the best trial of the best setting is printed. \
      A value is that of the best epoch of a trial, which its checkpoint "best" has. Only finished trials count; if some \
      settings are complete, only these.
      """)

  @Argument(help: "The folder of the sweep.")
  var sweep: String

  @Option(help: "A loss or metric. Default: the value that the trials monitor.")
  var by: String?

  @Flag(
    exclusivity: .exclusive,
    help: "What is best. Default: the lowest loss or error, the highest metric.")
  var order: RunsBestCommand.Order?

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let status = SweepStatus(try Sweep(sweep))
    let found = try SweepSummary(status, pools: false).best(
      by: by, prefersLess: order.map { $0 == .lowest }, of: status)
    let best = BestTrial(found, status)
    if json { return try printJSON(best) }
    print(best.path)
    say("lightbox: \(best.words)")
  }
}

struct SweepSummaryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "summary",
    abstract: "Show the means of the settings over seeds and folds, with intervals.",
    discussion: """
      Values are those of the best epochs of finished trials; n is their number. With folds, the measures of the pooled \
      out-of-fold predictions come first (oof_…): prefer them, since folds share training images and are not independent.
      """)

  @Argument(help: "The folder of the sweep.")
  var sweep: String

  @Option(help: "Sort by the mean of a loss or metric, the best first.")
  var by: String?

  @Flag(help: "Print JSON.")
  var json = false

  private struct Shown: Encodable {
    let path: String
    let settings: [SweepSummary.Row]
    let method: String
  }

  func run() throws {
    let status = SweepStatus(try Sweep(sweep))
    var summary = try SweepSummary(status)
    if let by { try summary.sort(by: by, in: status.sweep.path) }
    if json {
      return try printJSON(
        Shown(path: status.sweep.path, settings: summary.rows, method: summary.method))
    }
    let names = summary.valueNames.filter { $0 != "train_loss" }
    let columns =
      [TextColumn.right("setting")]
      + summary.keys.map { TextColumn($0, isFlexible: true) } + [.right("n")]
      + summary.pooledNames.map { .right("oof_\($0)") } + names.map(TextColumn.right)
    let table = TextTable(
      columns,
      rows: summary.rows.map { row in
        ["\(row.setting)"] + summary.keys.map { row.values[$0] ?? "" }
          + [row.finished == row.trials ? "\(row.finished)" : "\(row.finished)/\(row.trials)"]
          + summary.pooledNames.map { row.pooled[$0]?.estimate.text ?? "" }
          + names.map { row.means[$0]?.estimate.text ?? "" }
      })
    print(table.blocks().map(\.description).joined(separator: "\n\n"))
    print("")
    for line in wrapped(summary.method) { print(line) }
  }
}
