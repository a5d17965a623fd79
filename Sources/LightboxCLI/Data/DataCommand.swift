import ArgumentParser

struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data",
    abstract: "Scan data, download data sets, generate synthetic radiographs, unpack samples.",
    subcommands: [ScanCommand.self, FetchCommand.self, SynthCommand.self, SampleCommand.self])
}
