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

  @Flag(help: "Keep all tensors, also an optimizer's, under their paths in the file.")
  var all = false

  func validate() throws {
    if all, options.part != nil { throw ValidationError("--all and --part cannot be combined") }
  }

  func run() throws {
    let file = try Checkpoint(contentsOf: input)
    let count = try file.convert(to: output, part: options.part, all: all)
    say("lightbox: wrote \(count) tensors to \(output)")
    if !file.opaqueValues.isEmpty {
      say(
        "lightbox: left out \(file.opaqueValues.count) values that are neither tensors nor plain values: "
          + file.opaqueValues.prefix(4).map(\.words).joined(separator: ", ")
          + (file.opaqueValues.count > 4 ? ", …" : ""))
    }
  }
}
