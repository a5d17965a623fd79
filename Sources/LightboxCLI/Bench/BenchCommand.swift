import ArgumentParser

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Time training, inference, maps and loading of weights.",
    subcommands: [
      BenchStepCommand.self, BenchLayersCommand.self, BenchMapsCommand.self, BenchLoadCommand.self,
    ])
}
