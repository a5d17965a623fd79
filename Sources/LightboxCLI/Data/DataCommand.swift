import ArgumentParser

struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data",
    abstract: "Scan, show and split data, download data sets, generate synthetic radiographs.",
    subcommands: [
      ScanCommand.self, ShowCommand.self, SplitCommand.self, FetchCommand.self, CacheCommand.self,
      SynthCommand.self,
      SampleCommand.self,
    ])
}
