import ArgumentParser
import Lightbox

/// The look of figures.
struct FigureOptionGroup: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The panels of a class, separated by commas: film, map, overlay, boxes, mask.",
      valueName: "names"))
  var panels: String?

  @Option(
    help:
      "The opacity of maps, the same everywhere, 0 to 1. Default: it follows the evidence, up to 0.6."
  )
  var alpha: Double?

  @Option(
    help: ArgumentHelp(
      "The colors of maps, such as magma, viridis or RdBu_r. Default: magma, or blue to magma for signed maps.",
      valueName: "name"))
  var colormap: String?

  @Option(help: "The longer side of a panel, in 1/96 inch, 40 to 4000.")
  var panelSize = 320

  @Option(help: "Pixels per inch, 10 to 2400.")
  var dpi = 144.0

  @Option(
    help: ArgumentHelp(
      "The width of a figure: 1200px or 7in. Text keeps its size. Default: as the panels give.",
      valueName: "width"))
  var width: String?

  @Option(help: "The file format of figures: png or svg.")
  var format = "png"

  @Option(help: "The color of the boxes: a CSS name, or #rrggbb.")
  var color = "white"

  @Flag(inversion: .prefixedNo, help: "Draw a figure per image.")
  var figures = true

  @Option(
    help: ArgumentHelp(
      "Draw all images on the pages of a contact sheet: a .png, .svg or .jpg file.",
      valueName: "file"))
  var contactSheet: String?

  /// Whether a panel of boxes is asked for.
  var hasBoxPanel: Bool {
    panels?.split(separator: ",").contains(Substring(FigurePanel.boxes.rawValue)) ?? false
  }

  func validate() throws {
    var settings = InterpretSettings()
    try apply(to: &settings, boxes: false)
  }

  /// Figures and contact sheet, for `settings`.
  ///
  /// - Throws: `ValidationError` naming the option.
  func apply(to settings: inout InterpretSettings, boxes: Bool) throws {
    let endings = [".png", ".svg", ".jpg", ".jpeg"]
    if let contactSheet, !endings.contains(where: contactSheet.lowercased().hasSuffix) {
      throw ValidationError(
        "--contact-sheet \(contactSheet): use a name that ends in .png, .svg or .jpg")
    }
    var options = try options()
    options.showsBoxes = boxes
    guard let boxColor = Color(color) else {
      throw ValidationError(
        "--color \(color): use #rrggbb or one of \(Color.names.prefix(12).joined(separator: ", "))")
    }
    options.boxColor = boxColor
    settings.figureOptions = options
    settings.drawsFigures = figures
    settings.figureFormat = try figureFormat()
    settings.contactSheet = contactSheet
  }

  /// The format of the files.
  private func figureFormat() throws -> FigureFormat {
    guard let found = FigureFormat(rawValue: format.lowercased()) else {
      throw ValidationError("--format \(format): use png or svg")
    }
    return found
  }

  /// The options of figures.
  private func options() throws -> FigureOptions {
    var options = FigureOptions()
    if let panels {
      options.panels = try panels.split(separator: ",", omittingEmptySubsequences: false).map {
        guard let panel = FigurePanel(rawValue: String($0)) else {
          throw ValidationError(
            "--panels \(panels): use \(FigurePanel.allCases.map(\.rawValue).joined(separator: ", "))"
          )
        }
        return panel
      }
    }
    if let alpha {
      guard (0...1).contains(alpha) else { throw ValidationError("--alpha \(alpha): use 0 to 1") }
      options.overlay = .uniform(alpha: alpha)
    }
    if let colormap {
      guard let found = Colormap(named: colormap) else {
        throw ValidationError(
          "--colormap \(colormap): use one of \(Colormap.names.joined(separator: ", "))")
      }
      options.colormap = found
    }
    guard (40...4000).contains(panelSize) else {
      throw ValidationError("--panel-size \(panelSize): use 40 to 4000")
    }
    guard (10...2400).contains(dpi) else { throw ValidationError("--dpi \(dpi): use 10 to 2400") }
    options.cellSize = panelSize
    options.dpi = dpi
    options.width = try width.map(parsed) ?? .natural
    return options
  }

  private func parsed(_ text: String) throws -> Figure.Width {
    if text.hasSuffix("px"), let pixels = Int(text.dropLast(2)), (100...20_000).contains(pixels) {
      return .pixels(pixels)
    }
    if text.hasSuffix("in"), let inches = Double(text.dropLast(2)), (1...100).contains(inches) {
      return .inches(inches)
    }
    throw ValidationError("--width \(text): use 100px to 20000px, or 1in to 100in")
  }
}
