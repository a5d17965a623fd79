public import ArgumentParser
public import Lightbox

/// How figures of maps are drawn.
struct FigureOptionGroup: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The panels of a figure: film, map, overlay, boxes, mask. Default: film,map,overlay, and mask with --masks.",
      valueName: "names"))
  var panels: String?

  @Option(
    help: ArgumentHelp(
      "The same opacity of the map everywhere, 0 to 1, as fastbook (0.6). Default: opacity follows the evidence.",
      valueName: "share"))
  var alpha: Double?

  @Option(help: "The color of the boxes: a CSS name, or #rrggbb.")
  var color = "white"

  @Option(help: "The file format of figures.")
  var format = FigureFormat.png

  @Option(
    help: ArgumentHelp(
      "The longer side of a panel in units of 1/96 inch, 40 to 4000.", valueName: "units"))
  var panelSize = 320

  @Option(help: "Pixels per inch, 36 to 1200.")
  var dpi = 144.0

  @Flag(inversion: .prefixedNo, help: "Draw a figure per image.")
  var figures = true

  @Option(
    help: ArgumentHelp(
      "Draw all images on the pages of a contact sheet: a .png, .svg or .jpg file.",
      valueName: "file"))
  var contactSheet: String?

  func validate() throws {
    _ = try options(boxes: false)
  }

  /// The options of a figure.
  ///
  /// - Throws: `ValidationError` naming the option.
  func options(boxes: Bool) throws -> FigureOptions {
    try requireOption("--panel-size", panelSize, in: 40...4000)
    guard (36...1200).contains(dpi) else {
      throw ValidationError("--dpi \(dpi): use a number from 36 to 1200")
    }
    var options = FigureOptions()
    if let panels {
      options.panels = try panels.split(separator: ",").map { name in
        guard let panel = FigurePanel(rawValue: String(name)) else {
          throw ValidationError(
            "--panels \(name): use \(FigurePanel.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return panel
      }
    }
    if let alpha {
      guard (0...1).contains(alpha) else {
        throw ValidationError("--alpha \(alpha): use a number from 0 to 1")
      }
      options.overlay = .uniform(alpha: alpha)
    }
    guard let boxColor = Color(color) else {
      throw ValidationError(
        "--color \(color): use #rrggbb or one of \(Color.names.prefix(12).joined(separator: ", "))")
    }
    options.boxColor = boxColor
    options.showsBoxes = boxes
    options.cellSize = panelSize
    options.dpi = dpi
    return options
  }

  /// Figures and contact sheet, for `settings`.
  func apply(to settings: inout InterpretSettings, boxes: Bool) throws {
    if let contactSheet,
      ![".png", ".svg", ".jpg", ".jpeg"].contains(where: contactSheet.lowercased().hasSuffix)
    {
      throw ValidationError(
        "--contact-sheet \(contactSheet): use a name that ends in .png, .svg or .jpg")
    }
    settings.figures = figures ? try options(boxes: boxes) : nil
    settings.figureFormat = format
    settings.contactSheet = contactSheet
  }
}

extension FigureFormat: ExpressibleByArgument {}
