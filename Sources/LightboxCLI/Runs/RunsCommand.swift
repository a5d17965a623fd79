import ArgumentParser

struct RunsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs",
    abstract: "List, show, compare, export and plot runs; find the best one.",
    discussion: """
      Nothing is changed, and runs that are being trained can be read.
      """,
    subcommands: [
      RunsListCommand.self, RunsShowCommand.self, RunsCompareCommand.self, RunsBestCommand.self,
      RunsExportCommand.self, RunsPlotCommand.self,
    ],
    defaultSubcommand: RunsListCommand.self)
}
