import ArgumentParser
import Console
import Foundation
import Lightbox

struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Draw a batch as the model sees it, or the frames of one file.",
    usage: """
      lightbox data show <data> --out <figure> [--unique] [<options>]
      lightbox data show <settings.toml> --out <figure> [<options>]
      lightbox data show <file> --out <figure> [--windows <names>]
      """,
    discussion: """
      Of a folder or a settings file, the images of the first training batch with their labels, after resizing and \
      augmentation, as "lightbox train" with the same options would use them. --unique draws what augmentation makes \
      of one image. The sizes of each step are printed; where one fails, its name and the reason.

      Of one DICOM file, each window of --windows, or each frame; of a PNG or JPEG file, the image.
      """)

  @Argument(help: "The folder of the images, a TOML file, or one DICOM, PNG or JPEG file.")
  var data: String

  @Option(
    help: ArgumentHelp("The figure to write: .png, .svg or .jpg.", valueName: "figure"))
  var out: String

  @Option(
    help: ArgumentHelp(
      "A setting by its key, such as augment.max_rotate=20. Can be repeated.",
      valueName: "key=value"))
  var set: [String] = []

  @Option(help: "Images, 1 to 10000.")
  var count = 9

  @Option(help: "Images in a row, 1 to 100.")
  var columns = 3

  @Flag(help: "Draw one image, as so many epochs see it.")
  var unique = false

  @Flag(help: "Draw the validation images, without augmentation.")
  var valid = false

  @Option(
    help: ArgumentHelp(
      "Of one DICOM file: intensities, separated by semicolons: \(DICOMIntensity.grammar).",
      valueName: "names"))
  var windows: String?

  @Option(
    help: ArgumentHelp(
      "Of one file: the colors of gray values, such as gray, viridis or magma.", valueName: "name"))
  var colormap: String?

  @OptionGroup var options: TrainOptions

  private var isFolder: Bool { FileName.isFolder(data) || data.lowercased().hasSuffix(".toml") }

  func validate() throws {
    try requireOption("--count", count, in: 1...10_000)
    try requireOption("--columns", columns, in: 1...100)
    if ![".png", ".svg", ".jpg", ".jpeg"].contains(where: out.lowercased().hasSuffix) {
      throw ValidationError("--out \(FileName.shown(out)): use a name that ends in .png or .svg")
    }
    if unique, valid {
      throw ValidationError("--valid --unique: validation images are the same in each epoch")
    }
    _ = try intensities()
    let given = windows != nil ? "--windows" : colormap != nil ? "--colormap" : nil
    if let given, isFolder {
      throw ValidationError("\(given) is for one file; use --intensity for a batch")
    }
    if !isFolder, FileName.exists(data), let given = batchOption {
      throw ValidationError(
        "\(given.printable): it has no effect for one file; leave it out"
          + (options.intensity == nil ? "" : ", or give --windows")
          + ", or show a folder or a settings file")
    }
    if let colormap, Colormap(named: colormap) == nil {
      throw ValidationError(
        "--colormap \(colormap): use one of \(Colormap.names.joined(separator: ", "))")
    }
  }

  /// An option that is given and is for a folder or a settings file only.
  private var batchOption: String? {
    if unique { return "--unique" }
    if valid { return "--valid" }
    if let set = set.first { return "--set \(set)" }
    return options.overrides.first?.node?.origin.words
  }

  /// The intensities of `--windows`.
  private func intensities() throws -> [DICOMIntensity] {
    guard let windows else { return [.automatic] }
    let texts = windows.split(separator: ";").map(String.init)
    guard !texts.isEmpty else {
      throw ValidationError("--windows \(windows): name an intensity, such as auto")
    }
    return try texts.map { text in
      do { return try DICOMIntensity(text) } catch {
        throw ValidationError("--windows \(text): \(error)")
      }
    }
  }

  func run() throws {
    try requireFolder(of: "--out", out)
    // Figures may be drawn anew.
    try requireOwnOutput("--out", out, inputs: [data]) { _ in true }
    let pages = isFolder ? try showBatch() : try showFile()
    for page in pages { print(page.printable) }
  }

  private func showBatch() throws -> [String] {
    let plan = try PlanSource(data: data, from: nil, resume: nil, set: set, options: options).plan()
    try requireNoImage("--out", out, in: plan.data.table.folder)
    let loaders = try plan.dataLoaders(notify: LightboxCLI.tell)
    let loader = valid ? loaders.valid ?? loaders.train : loaders.train
    let summary = loader.summary()
    say(String(summary.description.dropLast()))
    if let failure = summary.failure { throw failure }
    guard loader.batchCount > 0 else {
      throw ValidationError(
        "\(loader.items.count) training images do not fill a batch of \(plan.batchSize): give --batch-size \(max(loader.items.count, 2)) or less"
      )
    }
    return try loader.showBatch(to: out, count: count, columns: columns, unique: unique)
  }

  private func showFile() throws -> [String] {
    let panels = try FilePanels(
      of: data, intensities: try intensities(), colormap: colormap.flatMap { Colormap(named: $0) },
      limit: count)
    say("lightbox: \(panels.facts)".printable)
    var sheet = ContactSheet(
      to: out, title: FileName.shown(data), columns: min(columns, panels.panels.count),
      rows: max(1, (panels.panels.count + columns - 1) / columns), cellSize: 320)
    for panel in panels.panels { try sheet.add(panel) }
    return try sheet.finish()
  }
}
