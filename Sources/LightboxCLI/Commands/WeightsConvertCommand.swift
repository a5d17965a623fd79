import ArgumentParser
import Foundation
import Lightbox

struct WeightsConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Write a file's network in the other format, bit for bit.",
    discussion: """
      OUT's extension says which: .safetensors, or .pth, .pt, .th for PyTorch. Texts and numbers beside \
      the weights become metadata. What wraps the network (state_dict, module.) is taken off.
      """)

  @Argument(help: "A safetensors or PyTorch file.")
  var input: String

  @Argument(help: "The file to write.")
  var output: String

  @OptionGroup var options: PartOption

  @Flag(help: "Keep every tensor, an optimizer's too, each under its path in the file.")
  var all = false

  func validate() throws {
    if all, options.part != nil { throw ValidationError("--all and --part exclude each other") }
  }

  func run() throws {
    let file = try Checkpoint(contentsOf: input)
    var tensors: [RawTensor] = []
    if all {
      for entry in file.entries { tensors.append(try RawTensor(entry.name, entry.name, of: file)) }
    } else {
      for entry in try file.networkEntries(part: options.part) {
        tensors.append(try RawTensor(entry.name, entry.entry.name, of: file))
      }
    }
    try Checkpoint.write(tensors, metadata: file.describingMetadata, to: output)
    say("lightbox: \(tensors.count) tensors in \(output)")
  }
}
