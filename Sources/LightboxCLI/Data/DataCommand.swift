import ArgumentParser

struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data",
    abstract: "Scan and split data, generate synthetic radiographs, unpack samples.",
    subcommands: [ScanCommand.self, SplitCommand.self, SynthCommand.self, SampleCommand.self])
}
