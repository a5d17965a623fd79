import ArgumentParser

struct WeightsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "weights",
    abstract: "Inspect, convert, compare, check and download files of weights.",
    discussion: """
      Reads safetensors and both formats of torch.save, without running code from a file.
      """,
    subcommands: [
      WeightsInspectCommand.self, WeightsConvertCommand.self, WeightsDiffCommand.self,
      WeightsCheckCommand.self, WeightsFetchCommand.self,
    ])
}
