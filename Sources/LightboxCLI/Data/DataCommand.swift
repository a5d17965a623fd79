import ArgumentParser

struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data",
    abstract: "Scan data, generate synthetic radiographs, unpack samples.",
    subcommands: [ScanCommand.self, SynthCommand.self, SampleCommand.self])
}
