import ArgumentParser
import Console
import Lightbox

struct ModelsListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the architectures.",
    discussion: """
      GFLOPs are 1e9 multiply-adds of convolutions and linear layers for one image of 3 x 224 x 224, as \
      torchvision counts them. "map layer" is the default layer for activation maps.
      """)

  @Flag(help: "Print JSON.")
  var json = false

  struct Line: Encodable {
    let name: String
    let origin: Architecture.Origin
    let classes: Int
    let labels: [String]
    /// Rows and columns of the images for which the network was designed.
    let imageSize: Int
    let parameters: Int
    /// For one image of 3 x 224 x 224.
    let multiplyAdds: Int
    /// The default layer for activation maps.
    let mapLayer: String
    let outputs: ClassifierOutputs

    init(_ architecture: Architecture) {
      let facts = architecture.facts
      name = architecture.name
      origin = architecture.origin
      classes = architecture.classCount
      labels = architecture.vocab
      imageSize = architecture.imageSize
      parameters = facts.parameters
      multiplyAdds = facts.multiplyAdds
      mapLayer = facts.mapLayer
      outputs = facts.outputs
    }
  }

  func run() throws {
    let lines = Architecture.all.map(Line.init)
    if json {
      try printJSON(lines)
      return
    }
    print(
      TextTable(
        [
          "name", "from", .right("classes"), .right("parameters"), .right("GFLOPs"),
          TextColumn("map layer", isFlexible: true),
        ],
        rows: lines.map { line in
          [
            line.name, line.origin.rawValue, "\(line.classes)",
            NumberFormat.grouped(line.parameters), gigaflops(line.multiplyAdds), line.mapLayer,
          ]
        }))
    print("GFLOPs: 1e9 multiply-adds for one image of 3 x 224 x 224")
  }
}

/// Multiply-adds in units of 1e9.
func gigaflops(_ multiplyAdds: Int) -> String {
  NumberFormat.measured(Double(multiplyAdds) * 1e-9, 2)
}
