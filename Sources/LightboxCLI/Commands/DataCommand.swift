import ArgumentParser

struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "Look at data, make synthetic films, unpack samples.",
    subcommands: [ScanCommand.self, SynthCommand.self, SampleCommand.self])
}
