import ArgumentParser
import Lightbox

struct ModelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models", abstract: "Show the networks that can be asked for by name.",
    subcommands: [ModelsListCommand.self, ModelsShowCommand.self],
    defaultSubcommand: ModelsListCommand.self)
}

struct ModelsListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List all networks.",
    discussion: """
      GFLOPs are 1e9 multiplications, each with an addition, of convolutions and linear layers for one \
      image of 3 x 224 x 224, as papers and torchvision count them. Maps are taken at the named layer \
      unless said otherwise.
      """)

  @Flag(help: "Print JSON.")
  var json = false

  struct Line: Encodable {
    let name: String
    let origin: Architecture.Origin
    let classes: Int
    let labels: [String]
    /// Rows and columns that the network was made for.
    let imageSize: Int
    let parameters: Int
    /// Of convolutions and linear layers, for one image of 3 x 224 x 224.
    let multiplyAdds: Int
    /// Where maps are taken unless said otherwise.
    let mapLayer: String
    let outputs: ClassifierOutputs
  }

  func run() throws {
    // There is little to compute; threads would wait for each other longer than for the work.
    Compute.threads = 1
    let lines = Architecture.all.map { architecture in
      let model = architecture.makeModel()
      let summary = ModelSummary(of: model, input: [1, 3, 224, 224])
      return Line(
        name: architecture.name, origin: architecture.origin, classes: architecture.classCount,
        labels: architecture.vocab, imageSize: architecture.imageSize,
        parameters: summary.parameters, multiplyAdds: summary.multiplyAdds,
        mapLayer: model.lastSpatialLayerPath, outputs: model.outputs)
    }
    if json {
      try printJSON(lines)
      return
    }
    print(
      table(
        ["network", "from", "classes", "parameters", "GFLOPs", "maps at"],
        lines.map { line in
          [
            line.name, line.origin.rawValue, padded("\(line.classes)", 7),
            padded(grouped(line.parameters), 10),
            padded(digits(Double(line.multiplyAdds) * 1e-9, 2), 6), line.mapLayer,
          ]
        }))
    print("GFLOPs: 1e9 multiply-adds for one image of 3 x 224 x 224")
  }
}

/// A whole number with its digits in threes.
func grouped(_ number: Int) -> String {
  let text = Array(String(number.magnitude))
  let parts = text.indices.map { i in
    (i > 0 && (text.count - i) % 3 == 0 ? "," : "") + String(text[i])
  }
  return (number < 0 ? "-" : "") + parts.joined()
}

/// A text moved to the right end of a column.
func padded(_ text: String, _ width: Int) -> String {
  String(repeating: " ", count: max(0, width - text.count)) + text
}
