public import Imaging

/// A panel of an explanation's figure.
public enum FigurePanel: String, Sendable, Hashable, Codable, CaseIterable {
  /// The image.
  case film
  /// The cells of the map, in their places.
  case map
  /// The map over the image; with the boxes, unless they have a panel of their own.
  case overlay
  /// The image with the boxes.
  case boxes
  /// The image with the outline of the true region.
  case mask
}

/// How an explanation is drawn.
public struct FigureOptions: Sendable {
  /// The panels of a class, from left to right.
  ///
  /// Default (nil): film, map and overlay, and the mask if there is one.
  public var panels: [FigurePanel]?
  /// The opacity of a map over its image.
  public var overlay = OverlayStyle.evidence()
  /// The colors of all maps; nil: magma, or ice blue to magma if a map is signed.
  public var colormap: Colormap?
  /// Whether boxes are drawn.
  public var showsBoxes = true
  /// The color of the boxes.
  public var boxColor = Color.white
  /// Whether the side of the patient and a scale bar are drawn, where the file tells them.
  public var showsMarks = true
  /// Whether a caption states how the map was computed.
  public var showsCaption = true
  /// The longer side of a panel, in units of 1/96 inch.
  public var cellSize = 320
  /// Pixels per inch.
  public var dpi = 144.0
  /// The width of the figure.
  public var width = Figure.Width.natural

  /// Creates the default options.
  public init() {}

  /// The look of fastbook and fmi: magma at an opacity of 0.6 everywhere.
  public static var fmi: FigureOptions {
    var options = FigureOptions()
    options.overlay = .uniform(alpha: 0.6)
    options.colormap = .magma
    return options
  }

  func panels(hasMask: Bool) -> [FigurePanel] {
    let wanted = panels ?? [.film, .map, .overlay] + (hasMask ? [.mask] : [])
    let drawn = wanted.filter { $0 != .mask || hasMask }
    return drawn.isEmpty ? [.film] : drawn
  }
}
