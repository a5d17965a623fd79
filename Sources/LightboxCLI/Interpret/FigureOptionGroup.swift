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

  @Option(help: "png or svg.")
  var format = "png"

  func validate() throws {
    _ = try options()
    _ = try figureFormat()
  }

  /// The format of the files.
  func figureFormat() throws -> FigureFormat {
    guard let found = FigureFormat(rawValue: format.lowercased()) else {
      throw ValidationError("--format \(format): use png or svg")
    }
    return found
  }

  /// The options of figures.
  func options() throws -> FigureOptions {
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
