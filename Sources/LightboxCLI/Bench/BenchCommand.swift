import ArgumentParser

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Time training, inference, loading of images, maps and loading of weights.",
    subcommands: [
      BenchStepCommand.self, BenchLayersCommand.self, BenchDataCommand.self, BenchMapsCommand.self,
      BenchLoadCommand.self,
    ])
}
