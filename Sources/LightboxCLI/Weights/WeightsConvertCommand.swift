import ArgumentParser
import Lightbox

struct WeightsConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Convert a network between safetensors and PyTorch, bit for bit.",
    discussion: """
      The extension of OUTPUT selects the format: .safetensors, or .pth, .pt, .th, .bin, .ckpt for \
      PyTorch. Strings and numbers next to the weights become metadata. Keys and prefixes around the \
      network (state_dict, module.) are removed.
      """)

  @Argument(help: "A safetensors or PyTorch file.")
  var input: String

  @Argument(help: "The file to write.")
  var output: String

  @OptionGroup var options: PartOption

  @Flag(help: "Keep all tensors, also an optimizer's, each under its path in the file.")
  var all = false

  func validate() throws {
    if all, options.part != nil { throw ValidationError("--all and --part exclude each other") }
  }

  func run() throws {
    let file = try Checkpoint(contentsOf: input)
    let tensors =
      all
      ? try file.entries.map { try RawTensor($0.name, $0.name, of: file) }
      : try file.networkEntries(part: options.part).map {
        try RawTensor($0.name, $0.entry.name, of: file)
      }
    try Checkpoint.write(tensors, metadata: file.describingMetadata, to: output)
    say("lightbox: wrote \(tensors.count) tensors to \(output)")
  }
}
