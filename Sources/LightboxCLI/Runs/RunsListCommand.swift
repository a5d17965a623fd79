import ArgumentParser
import Console
import Lightbox

struct RunsListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List runs with their best epochs.",
    usage: "lightbox runs list [<folders> ...] [<options>]",
    discussion: """
      "best" is the best epoch by the value that the run monitors, from 0; losses and metrics are those of \
      this epoch.

      The status is running, finished, failed, interrupted (by a signal), died (its process was killed) \
      or unreadable; the exit code is then 1.
      """)

  @OptionGroup var selection: RunSelection

  @Option(
    help: ArgumentHelp(
      "Sort by a loss or metric (best first), a setting or a column, such as started, seconds or epochs.",
      valueName: "column"))
  var sort: String?

  @Flag(help: "Turn the order around.")
  var reverse = false

  @Option(help: "Show the first runs only, 1 or more.")
  var limit: Int?

  @Option(
    help: ArgumentHelp(
      "The columns, separated by commas: losses, metrics, settings, and \(RunSummary.Listed.ownColumns.joined(separator: ", ")).",
      valueName: "names"))
  var columns: String?

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws { try requireOption("--limit", limit, in: 1...Int.max) }

  private struct Line: Encodable {
    let name: String
    let path: String
    let status: String
    let architecture: String?
    let monitor: String?
    let started: String?
    let epochs: Int
    let best: RunLog.Epoch?
    let error: String?
  }

  func run() throws {
    var list = try selection.read()
    if let sort {
      try list.sort(by: sort, isReversed: reverse)
    } else if reverse {
      list.runs.reverse()
    }
    let shown = limit.map { Array(list.runs.prefix($0)) } ?? list.runs
    if json {
      try printJSON(
        shown.map { run in
          Line(
            name: run.name, path: run.path, status: run.status, architecture: run.architecture,
            monitor: run.summary?.monitor, started: run.summary?.processes.first?.startedAt,
            epochs: run.epochs.count, best: run.bestEpoch, error: run.error.map { "\($0)" })
        })
    } else {
      let names = try chosen(list)
      let results = Set(list.valueNames)
      let table = TextTable(
        names.map { column($0, results, in: list) },
        rows: shown.map { run in names.map { text(run.value(of: $0), of: $0, results) } })
      print(table.blocks().map(\.description).joined(separator: "\n\n"))
    }
    try list.tellErrors()
  }

  private func chosen(_ list: RunList) throws -> [String] {
    if let columns {
      let names = namesInList(columns)
      for name in names { try list.check(name) }
      return names.first == "run" ? names : ["run"] + names.filter { $0 != "run" }
    }
    let known = list.valueNames
    let preferred = ["valid_loss", "roc_auc_score"] + known
    var results = (known.isEmpty ? preferred : preferred.filter(known.contains)).prefix(2)
    let own = ["run", "architecture", "status", "epochs", "best_epoch"]
    if let sort, !own.contains(sort), !results.contains(sort) {
      results = results.prefix(1) + [sort]
    }
    return own + results
  }

  private func column(_ name: String, _ results: Set<String>, in list: RunList) -> TextColumn {
    let title = name == "best_epoch" ? "best" : name
    let isNumber = list.runs.contains { run in
      if case .number? = run.value(of: name) { true } else { false }
    }
    return isNumber || results.contains(name) || name == "epochs" || name == "best_epoch"
      || name.hasSuffix("_loss") || name.hasSuffix("_score")
      ? .right(title) : TextColumn(title, isFlexible: name != "status")
  }

  private func text(_ value: RunValue?, of name: String, _ results: Set<String>) -> String {
    switch value {
    case nil: ""
    case .number(let number)? where results.contains(name): NumberFormat.fixed(number, 4)
    case .number(let number)? where name == "seconds": NumberFormat.fixed(number, 1)
    case let value?: value.text
    }
  }
}
