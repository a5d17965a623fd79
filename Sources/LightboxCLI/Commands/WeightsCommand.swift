import ArgumentParser
import Foundation
import Lightbox

struct WeightsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "weights",
    abstract: "Look into files of weights, convert, compare, check and fetch them.",
    discussion: """
      Reads safetensors and what torch.save wrote, now or before 2020. Nothing in a file is ever run.
      """,
    subcommands: [
      WeightsInspectCommand.self, WeightsConvertCommand.self, WeightsDiffCommand.self,
      WeightsCheckCommand.self, WeightsFetchCommand.self,
    ])
}

/// Which of a file's dictionaries is meant.
struct PartOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The dictionary that holds the network, where there are several, such as state_dict_ema.",
      valueName: "key"))
  var part: String?
}

/// Bytes as one would say them: 1 MB is a million.
func sizeText(_ bytes: Int) -> String {
  switch bytes {
  case ..<1000: "\(bytes) B"
  case ..<1_000_000: digits(Double(bytes) / 1e3, 1) + " kB"
  case ..<1_000_000_000: digits(Double(bytes) / 1e6, 1) + " MB"
  default: digits(Double(bytes) / 1e9, 2) + " GB"
  }
}

/// A shape as 64x3x7x7; a single number as 1.
func shapeText(_ shape: [Int]) -> String {
  shape.isEmpty ? "1" : shape.map(String.init).joined(separator: "x")
}

/// What stands around a network in its file, such as `state_dict/module.`; empty if nothing does.
func wrapping(_ network: [Checkpoint.NetworkEntry]) -> String {
  guard let first = network.first, first.entry.name.hasSuffix(first.name) else { return "" }
  return printable(String(first.entry.name.dropLast(first.name.count)))
}

/// A name, or its end where it is longer than a column.
func ending(_ name: String, _ width: Int) -> String {
  name.count <= width ? name : "…" + name.suffix(width - 1)
}

/// Text without what could steer a terminal: names in files are anybody's.
func printable(_ text: String) -> String {
  String(
    text.map { character in
      character.unicodeScalars.contains { $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) }
        ? "?" : character
    })
}
