import ArgumentParser
import Lightbox

struct ModelsShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show an architecture's layers with shapes, parameters and multiply-adds.",
    usage: "lightbox models show <name> [<options>]",
    discussion: """
      Shapes are channels x rows x columns. MMACs are 1e6 multiply-adds.
      """)

  @Argument(help: "The architecture; see \"lightbox models\".")
  var name: String

  @Option(
    help: "Rows and columns of the image, 32 to 4096. Default: those for which it was designed.")
  var size: Int?

  @Option(help: "Number of classes, 1 to 1000000. Default: that of the published weights.")
  var classes: Int?

  @Option(help: "Channels of the image, 1 to 1024.")
  var channels = 3

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    try requireOption("--size", size, in: 32...4096)
    try requireOption("--classes", classes, in: 1...1_000_000)
    try requireOption("--channels", channels, in: 1...1024)
  }

  struct Report: Encodable {
    let name: String
    let mapLayer: String
    let parameters: Int
    let trainable: Int
    let multiplyAdds: Int
    let summary: ModelSummary
  }

  func run() throws {
    let architecture = try Architecture.named(name)
    // Starting threads would take longer than the computation.
    Compute.threads = 1
    let size = size ?? architecture.imageSize
    let model = architecture.makeModel(classCount: classes, inputChannels: channels)
    let summary = ModelSummary(of: model, input: [1, channels, size, size])
    if json {
      try printJSON(
        Report(
          name: architecture.name, mapLayer: model.lastSpatialLayerPath,
          parameters: summary.parameters, trainable: summary.trainable,
          multiplyAdds: summary.multiplyAdds, summary: summary))
      return
    }
    print("\(architecture.name) (input: \(channels) x \(size) x \(size))")
    print(summary)
    print("layer for activation maps: \(model.lastSpatialLayerPath)")
  }
}
