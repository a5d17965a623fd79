import ArgumentParser
import Console
import Lightbox

struct InterpretCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "interpret",
    abstract: "Show what a model decides by: maps, boxes, and how good they are.",
    discussion: """
      Writes a figure per image (film, map, overlay) and interpret.json with maps and boxes to <out>. \
      Without files, the test images of the run's own table are explained. Boxes are in pixels of the file. \
      A map without a positive value says so, and has no box.

      --evaluate measures maps against true masks, beside maps that know nothing of the image (a random \
      map, a centered Gaussian, the mean mask, the untrained network); --choose picks method, layers and \
      threshold on validation masks and stores them in the run, whose default they become.

      What other tools draw: --method grad-cam --layer layer4 --placement grid --target logit.

      A figure has the name of its file, with a number if another file has this name. A file that cannot be \
      read is reported and the others are explained; the exit code is then 2. With --skip-unreadable it is \
      0, or 1 if no file can be read.
      """)

  @OptionGroup var model: RunOptions

  @Argument(help: "DICOM, PNG or JPEG files, or folders of them. Default: test images of the run.")
  var files: [String] = []

  @Option(help: "The folder to write: figures and interpret.json, or evaluation.json.")
  var out: String?

  @Option(
    name: .customLong("class"),
    help: ArgumentHelp(
      "The class to explain: a name, predicted, all, or findings: all but \"No …\" and \"Normal\".",
      valueName: "name"))
  var className = "findings"

  @OptionGroup(title: "Maps") var maps: MapOptionGroup

  @Flag(help: "Draw and print boxes.")
  var boxes = false

  @OptionGroup(title: "Boxes") var boxOptions: BoxOptionGroup
  @OptionGroup(title: "Figures") var figures: FigureOptionGroup

  @Option(
    help: ArgumentHelp(
      "Draw true masks, and count the maps that find them: a CSV file in SIIM's run-length format.",
      valueName: "masks.csv"))
  var masks: String?

  @OptionGroup(title: "Masks") var evaluation: MapEvaluationOption

  @Option(
    help: ArgumentHelp(
      "The size of the images on which the masks were drawn, such as 1024x1024, if not of the files.",
      valueName: "columns x rows"))
  var maskSize: String?

  @Option(help: "The class of the masks. Default: the last class.")
  var maskClass: String?

  @OptionGroup(title: "Reading and computing") var compute: ComputeOptions
  @OptionGroup var unreadable: UnreadableOption
  @OptionGroup var reading: FramesOption

  func validate() throws {
    if !evaluation.isWanted, out == nil {
      throw ValidationError("give a folder with --out, or measure maps with --evaluate")
    }
    if evaluation.isWanted, let sheet = figures.contactSheet {
      throw ValidationError("--contact-sheet \(sheet): --evaluate and --choose draw nothing")
    }
    if evaluation.isWanted, let masks {
      throw ValidationError("--masks \(masks): --evaluate and --choose name the masks themselves")
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
    try requireOutputFolder("--out", out)
    try requireOutputFolder(
      "--contact-sheet",
      figures.contactSheet.map { PathParts($0).parent }.flatMap { $0.isEmpty ? nil : $0 })
    var settings = InterpretSettings()
    maps.apply(to: &settings)
    try figures.apply(to: &settings, boxes: boxes || figures.hasBoxPanel)
    settings.classes =
      switch className {
      case "findings": .findings
      case "all": .all
      case "predicted": .predicted
      default: .named(className)
      }
    let maskSize = try maskSize.map(parsedSize)
    let images = files.isEmpty ? [] : try unreadable.expand(files)
    let run = try model.open(frames: reading.frames, outputStride: maps.outputStride)
    let (explainer, choice) = try run.explainer(settings)
    if let choice {
      say("lightbox: the maps are those chosen on \(choice.images) images (\(choice.split))")
    }
    if evaluation.isWanted {
      try compute.settings().apply()
      return try evaluation.run(
        run, files: images, explainers: [explainer], threshold: choice?.chosen.threshold,
        className: maskClass, maskSize: maskSize, out: out, unreadable: unreadable)
    }
    settings.boxes = try boxOptions.parsed(threshold: choice?.chosen.threshold)
    let selected = try evaluation.images(of: run, images, evaluation.split)
    settings.contactSheetTitle =
      images.isEmpty ? "\(model.run.printable), \(selected.name)" : model.run.printable
    try compute.settings().apply(
      imageCount: explainer.method.isPerturbing ? nil : selected.items.count)
    try explain(run, selected.items, settings, explainer, maskSize)
  }

  private func explain(
    _ run: any SavedModel, _ items: [DataItem], _ settings: InterpretSettings,
    _ explainer: Explainer,
    _ maskSize: ImageSize?
  ) throws {
    guard let out else { return }
    let comparison = masks.map {
      MaskComparison(
        $0, className: maskClass ?? run.predictor.vocab[run.predictor.vocab.count - 1],
        size: maskSize)
    }
    say("lightbox: \(explainer.title)")
    let progress = ProgressLine()
    var unread: [String] = []
    let summary = try run.interpret(
      items, to: out, settings: settings, masks: comparison,
      progress: { progress.show("images", $0, of: $1) },
      each: { record in
        progress.clear()
        show(record)
        if record.isUnreadable, let error = record.error { unread.append(error) }
      })
    for page in summary.contactSheets { say("lightbox: contact sheet \(page.printable)") }
    if let comparison { show(comparison) }
    try unreadable.exit(after: summary.explained, errors: summary.failed, unreadable: unread)
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
      "\(record.file)\(record.frame.map { "#\($0)" } ?? ""): \(record.predicted ?? "")"
        + (record.figure.map { ", figure \($0)" } ?? ""))
    for map in record.maps ?? [] where map.status != .evidence {
      print("  \(map.className): \(map.status.words)")
    }
    guard boxes else { return }
    for found in record.boxes ?? [] { print("  \(found.line)") }
    if record.boxes?.isEmpty == true {
      print("  no box: no region is large enough (--minimum-area)")
    }
  }

  private func show(_ comparison: MaskComparison) {
    guard let precision = comparison.averagePrecision else {
      return print("masks: no image that was explained has a mask in \(masks ?? "")")
    }
    let share = 100 * Double(comparison.hits) / Double(comparison.images)
    print(
      """
      masks: the highest point of the map is inside in \(comparison.hits) of \(comparison.images) \
      images (\(NumberFormat.fixed(share, 0)) %)
      masks: average precision of the pixels \(NumberFormat.fixed(precision, 2)); --evaluate has \
      baselines
      """)
  }
}

extension ClassBox {
  /// "Pneumothorax: x 12–80, y 3–40, 31 % of the map's evidence, 23 x 14 mm at the detector".
  fileprivate var line: String {
    "\(className): x \(Int(box.x0.rounded()))–\(Int(box.x1.rounded())), "
      + "y \(Int(box.y0.rounded()))–\(Int(box.y1.rounded())), "
      + "\(NumberFormat.percent(score)) of the map's evidence"
      + (millimeters.map {
        ", \(NumberFormat.fixed($0.width, 0)) x \(NumberFormat.fixed($0.height, 0)) mm (\($0.words))"
      } ?? "")
  }
}
