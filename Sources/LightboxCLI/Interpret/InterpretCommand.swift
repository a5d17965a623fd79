import ArgumentParser
import Console
import Lightbox

struct InterpretCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "interpret", abstract: "Show where a model looks: activation maps and boxes.",
    discussion: """
      For each image a figure (image, raw map, map over the image) is drawn into OUT, and \
      interpret.json lists maps and boxes; boxes are in original pixels. A box is the most active cell. \
      A class without a positive cell has no box. Files that cannot be read are reported; the exit \
      code is then 2.
      """)

  @OptionGroup var model: RunOptions

  @Argument(help: "DICOM, PNG or JPEG files.")
  var files: [String]

  @OptionGroup var compute: ComputeOptions

  @Option(help: "The layer, such as layer4 or layer3.1. Default: the last with rows and columns.")
  var layer: String?

  @Option(name: .customLong("class"), help: "A class, predicted, or all.")
  var className = "all"

  @Flag(help: "Draw boxes.")
  var boxes = false

  @Option(help: "The color of the boxes: a name, or #rrggbb.")
  var color = "white"

  @Option(help: "True masks as SIIM's run-length rows: count boxes that meet them.")
  var masks: String?

  @Option(help: "The class that the masks are of. Default: the last class.")
  var maskClass: String?

  @Option(help: "The folder to write to.")
  var out: String

  func run() throws {
    try compute.settings.apply()
    guard let boxColor = Color(color) else {
      throw ValidationError(
        "--color \(color): use #rrggbb or one of \(Color.names.prefix(12).joined(separator: ", "))")
    }
    let run = try model.open()
    let wanted: WantedClasses =
      switch className {
      case "all": .all
      case "predicted": .predicted
      default: .named(className)
      }
    let comparison = masks.map {
      MaskComparison($0, className: maskClass ?? run.predictor.vocab[run.predictor.vocab.count - 1])
    }
    let records = try run.interpret(
      files, to: out, layer: layer, classes: wanted, boxes: boxes, color: boxColor,
      masks: comparison)
    for record in records { show(record) }
    if let comparison { show(comparison) }
    if records.contains(where: { $0.error != nil }) { throw ExitCode(2) }
  }

  private func show(_ record: ExplanationRecord) {
    if let error = record.error { return say("Error: \(error)") }
    print("\(record.file): \(record.predicted ?? ""), figure \(record.figure ?? "")")
    for found in record.boxes ?? [] where boxes {
      let box = found.box
      print(
        "  \(found.className): x \(Int(box.x0.rounded()))–\(Int(box.x1.rounded())), "
          + "y \(Int(box.y0.rounded()))–\(Int(box.y1.rounded())) (score \(digits(found.score)))")
    }
  }

  private func show(_ comparison: MaskComparison) {
    let measure = comparison.hitRate
    guard let rate = measure.rate, let chance = measure.chance else {
      return print("masks: none of the films has a mask in \(masks ?? "")")
    }
    print(
      "masks: the box of \(comparison.className) meets the true mask in \(measure.hits) of "
        + "\(measure.images) films (\(NumberFormat.fixed(100 * rate, 0)) %; a random cell: "
        + "\(NumberFormat.fixed(100 * chance, 0)) %); \(measure.withoutBox) films have no box")
  }
}
