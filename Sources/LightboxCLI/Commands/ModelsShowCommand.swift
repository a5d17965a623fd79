import ArgumentParser
import Lightbox

struct ModelsShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show a network layer by layer: shapes, parameters, work.",
    discussion: """
      Shapes are those of one picture: channels, rows, columns. MMACs are 1e6 multiplications, each with \
      an addition.
      """)

  @Argument(help: "The network's name; see lightbox models.")
  var name: String

  @Option(help: "Rows and columns of a picture; what the network was made for unless said.")
  var size: Int?

  @Option(help: "Classes; as many as upstream's weights have unless said.")
  var classes: Int?

  @Option(help: "Channels of a picture.")
  var channels = 3

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    if let size, !(32...4096).contains(size) {
      throw ValidationError("--size \(size): use 32 to 4096")
    }
    if let classes, !(1...1_000_000).contains(classes) {
      throw ValidationError("--classes \(classes): use 1 to 1000000")
    }
    if !(1...1024).contains(channels) {
      throw ValidationError("--channels \(channels): use 1 to 1024")
    }
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
    Compute.threads = 1
    let size = size ?? architecture.pictureSize
    let model = architecture.makeModel(classes: classes, inputChannels: channels)
    let summary = ModelSummary(of: model, input: [1, channels, size, size])
    if json {
      try printJSON(
        Report(
          name: architecture.name, mapLayer: model.lastSpatialLayer,
          parameters: summary.parameters, trainable: summary.trainable,
          multiplyAdds: summary.multiplyAdds, summary: summary))
      return
    }
    print("\(architecture.name) (input: \(channels) x \(size) x \(size))")
    let rows = summary.layers.map { layer in
      [
        layer.path, layer.kind, layer.output.map(Self.shape) ?? "",
        layer.parameters > 0 ? grouped(layer.parameters) : "",
        layer.parameters > 0 ? (layer.trainable == layer.parameters ? "yes" : "no") : "",
        layer.multiplyAdds > 0 ? digits(Double(layer.multiplyAdds) * 1e-6, 1) : "",
      ]
    }
    print(Self.table(["layer", "type", "output", "parameters", "train", "MMACs"], rows))
    print("parameters: \(grouped(summary.parameters)), trainable: \(grouped(summary.trainable))")
    print(
      "\(digits(Double(summary.multiplyAdds) * 1e-9, 2)) GFLOPs (multiply-adds), "
        + "maps are taken at \(model.lastSpatialLayer)")
  }

  /// What a layer gives for one picture.
  private static func shape(_ output: [Int]) -> String {
    output.dropFirst().map(String.init).joined(separator: " x ")
  }

  /// Numbers to the right, and long paths without their beginning, so that a line has 80 columns.
  private static func table(_ titles: [String], _ rows: [[String]]) -> String {
    func width(_ column: Int) -> Int { ([titles] + rows).map { $0[column].count }.max() ?? 0 }
    let room = 80 - (1..<titles.count).reduce(0) { $0 + width($1) + 2 }
    let numbers = [3, 5]
    let widths = titles.indices.map(width)
    return LightboxCLI.table(
      titles.indices.map { numbers.contains($0) ? padded(titles[$0], widths[$0]) : titles[$0] },
      rows.map { row in
        row.indices.map { column in
          if numbers.contains(column) { return padded(row[column], widths[column]) }
          guard column == 0, row[0].count > room else { return row[column] }
          return "…" + row[0].suffix(room - 1)
        }
      })
  }
}
