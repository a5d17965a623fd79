import ArgumentParser
import Lightbox

/// Folders of runs, and conditions on the runs.
struct RunSelection: ParsableArguments {
  @Argument(help: "Folders with runs, also in their subfolders, or runs.")
  var folders = ["."]

  @Option(help: ArgumentHelp("Only runs of this status. May be repeated.", valueName: "status"))
  var status: [String] = []

  @Option(
    help: ArgumentHelp("Only runs of this architecture. May be repeated.", valueName: "name"))
  var arch: [String] = []

  @Option(help: ArgumentHelp("Only runs with this tag. May be repeated.", valueName: "tag"))
  var tag: [String] = []

  @Option(
    name: .customLong("where"),
    help: ArgumentHelp(
      "Only runs with this value of a setting or column. May be repeated: all have to hold.",
      valueName: "name=value"))
  var conditions: [String] = []

  private static let statuses = [
    "running", "finished", "failed", "interrupted", "died", "unreadable",
  ]

  func validate() throws {
    for name in status where !Self.statuses.contains(name) {
      throw ValidationError("--status \(name): use \(Self.statuses.joined(separator: ", "))")
    }
    for condition in conditions where !condition.dropFirst().contains("=") {
      throw ValidationError("--where \(condition): use NAME=VALUE")
    }
  }

  /// The runs that meet the conditions.
  func read() throws -> RunList {
    var list = try RunList(folders)
    let count = list.runs.count
    try list.filter("status", isOneOf: status)
    try list.filter("architecture", isOneOf: arch)
    try list.filter("tags", isOneOf: tag)
    for condition in conditions {
      let parts = condition.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      try list.filter(String(parts[0]), isOneOf: [String(parts[1])])
    }
    if list.runs.isEmpty && list.errors.isEmpty { throw RunQueryError(.nothingLeft(count: count)) }
    return list
  }
}

extension RunList {
  /// Names what cannot be read, and ends with exit code 1 if there is something.
  func tellErrors() throws {
    for error in errors { say("Error: \(error)") }
    if !errors.isEmpty { throw ExitCode(1) }
  }
}

/// Names in one option, separated by commas.
func namesInList(_ text: String) -> [String] {
  text.split(separator: ",").map(String.init)
}
