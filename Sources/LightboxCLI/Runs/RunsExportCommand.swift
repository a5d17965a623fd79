import ArgumentParser
import Lightbox

struct RunsExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write the settings and results of runs as a table.",
    usage: "lightbox runs export <format> [<folders> ...] [<options>]",
    discussion: """
      A row is a run, with all settings and the losses and metrics of its best and its last epoch. Missing \
      values are empty in CSV and null in JSON; numbers have all their digits.
      """)

  enum Format: String, CaseIterable, ExpressibleByArgument {
    case csv
    case json
  }

  @Argument(help: "csv or json.")
  var format: Format

  @OptionGroup var selection: RunSelection

  @Flag(exclusivity: .exclusive, help: "What a row is. Default: a run.")
  var rows: Rows?

  enum Rows: String, EnumerableFlag {
    case epochs
    case steps

    static func help(for value: Rows) -> ArgumentHelp? {
      switch value {
      case .epochs: "A row is an epoch."
      case .steps: "A row is a training step."
      }
    }
  }

  func run() throws {
    let list = try selection.read()
    let export = RunExport(list, rows: rows == .epochs ? .epochs : rows == .steps ? .steps : .runs)
    // A write of many rows, since there may be millions.
    var text = format == .csv ? RunExport.csv(export.columns.map(RunValue.text)) : "["
    var count = 0
    let errors = export.forEachRow { row in
      if format == .csv {
        text += RunExport.csv(row)
      } else {
        text += (count > 0 ? "," : "") + "\n  " + export.json(row)
      }
      count += 1
      if text.utf8.count > 1 << 20 {
        printPart(text)
        text = ""
      }
    }
    printPart(text + (format == .json ? (count > 0 ? "\n]\n" : "]\n") : ""))
    for error in errors { say("Error: \(error)") }
    try list.tellErrors()
    if !errors.isEmpty { throw ExitCode(1) }
  }

  /// Writes text without a line end, and ends the process if that fails.
  private func printPart(_ text: String) {
    let code = StandardOutput.write(text, to: 1)
    if code != 0 { StandardOutput.end(after: code) }
  }
}
