import ArgumentParser
import Console
import Lightbox

struct InterpretCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "interpret", abstract: "Draw class activation maps (Grad-CAM) and boxes.",
    discussion: """
      Writes a figure per image (image, map, overlay) and interpret.json with maps and boxes to <out>. \
      Boxes are in pixels of the file. A box is the cell of the map with the highest activation; a class \
      without a positive activation has none. A figure has the name of its file, with a number if \
      another file has this name. A file that cannot be read is reported and the others are explained; \
      the exit code is then 2. With --skip-unreadable it is 0, or 1 if no file can be read.
      """)

  @OptionGroup var model: RunOptions

  @Argument(help: "DICOM, PNG or JPEG files, or folders of them.")
  var files: [String] = []

  @OptionGroup var compute: ComputeOptions
  @OptionGroup var unreadable: UnreadableOption
  @OptionGroup var reading: FramesOption
  @OptionGroup var evaluation: MapEvaluationOption

  @Option(help: "The layer, such as layer4 or layer3.1. Default: the last convolutional layer.")
  var layer: String?

  @Option(name: .customLong("class"), help: "The name of a class, predicted, or all.")
  var className = "all"

  @Flag(help: "Draw and print boxes.")
  var boxes = false

  @Option(help: "The color of the boxes: a CSS name, or #rrggbb.")
  var color = "white"

  @Option(help: "A CSV file of true masks in SIIM's run-length format, to count hits.")
  var masks: String?

  @Option(
    help: ArgumentHelp(
      "The size of the images on which the masks were drawn, such as 1024x1024, if not of the files.",
      valueName: "columns x rows"))
  var maskSize: String?

  @Option(help: "The class of the masks. Default: the last class.")
  var maskClass: String?

  @Option(help: "The folder to write. Needed for figures.")
  var out: String?

  func validate() throws {
    if !evaluation.isWanted, files.isEmpty || out == nil {
      throw ValidationError(
        files.isEmpty ? "give files, or measure maps with --evaluate" : "give a folder with --out")
    }
    if masks == nil, !evaluation.isWanted,
      let given = maskClass.map({ "--mask-class \($0)" })
        ?? maskSize.map({ "--mask-size \($0)" })
    {
      throw ValidationError("\(given): give the file of masks with --masks as well")
    }
    _ = try maskSize.map(parsedSize)
  }

  func run() throws {
    // Passes of few images on changing inputs: direct convolutions take half of Winograd's time.
    try compute.settings().apply(imageCount: evaluation.isWanted ? 1 : nil)
    guard let boxColor = Color(color) else {
      throw ValidationError(
        "--color \(color): use #rrggbb or one of \(Color.names.prefix(12).joined(separator: ", "))")
    }
    let maskSize = try maskSize.map(parsedSize)
    let images = try unreadable.expand(files)
    let run = try model.open(frames: reading.frames)
    if evaluation.isWanted {
      return try evaluation.run(
        run, files: images, className: maskClass, maskSize: maskSize, out: out,
        unreadable: unreadable)
    }
    guard let out else { return }
    let wanted: WantedClasses =
      switch className {
      case "all": .all
      case "predicted": .predicted
      default: .named(className)
      }
    let comparison = masks.map {
      MaskComparison(
        $0, className: maskClass ?? run.predictor.vocab[run.predictor.vocab.count - 1],
        size: maskSize)
    }
    let records = try run.interpret(
      images, to: out, layer: layer, classes: wanted, boxes: boxes, color: boxColor,
      masks: comparison)
    for record in records { show(record) }
    if let comparison { show(comparison) }
    try unreadable.exit(
      after: records.count { $0.error == nil }, errors: records.count { $0.error != nil },
      unreadable: records.filter(\.isUnreadable).compactMap(\.error))
  }

  private func parsedSize(_ text: String) throws -> ImageSize {
    let numbers = text.lowercased().split(separator: "x", omittingEmptySubsequences: false)
      .map { Int($0) ?? 0 }
    guard numbers.count == 2, numbers.allSatisfy({ (1...65535).contains($0) }) else {
      throw ValidationError(
        "--mask-size \(text): use columns x rows, 1 to 65535 each, such as 1024x1024")
    }
    return ImageSize(height: numbers[1], width: numbers[0])
  }

  private func show(_ record: ExplanationRecord) {
    if let error = record.error {
      if !record.isUnreadable { say("Error: \(error)") }
      return
    }
    print(
      "\(record.file)\(record.frame.map { "#\($0)" } ?? ""): \(record.predicted ?? ""), figure \(record.figure ?? "")"
    )
    for found in record.boxes ?? [] where boxes {
      let box = found.box
      print(
        "  \(found.className): x \(Int(box.x0.rounded()))–\(Int(box.x1.rounded())), "
          + "y \(Int(box.y0.rounded()))–\(Int(box.y1.rounded())) (score \(NumberFormat.measured(found.score)))"
      )
    }
  }

  private func show(_ comparison: MaskComparison) {
    let measure = comparison.hitRate
    guard let rate = measure.rate, let chance = measure.chance else {
      return print("masks: no image has a mask in \(masks ?? "")")
    }
    print(
      """
      masks: the box of \(comparison.className) hits the mask in \(measure.hits) of \
      \(measure.images) images (\(NumberFormat.fixed(100 * rate, 0)) %)
      masks: a random cell hits in \(NumberFormat.fixed(100 * chance, 0)) %; images without a box: \
      \(measure.withoutBox)
      """)
  }
}
