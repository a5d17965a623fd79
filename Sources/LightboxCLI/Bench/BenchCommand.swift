import ArgumentParser

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Time training, inference and loading of weights.",
    subcommands: [BenchStepCommand.self, BenchLayersCommand.self, BenchLoadCommand.self])
}
