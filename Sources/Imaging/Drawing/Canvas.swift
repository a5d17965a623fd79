import Files

/// A drawing surface: pixels (`RasterCanvas`) or an SVG document (`SVGCanvas`).
///
/// Coordinates are in units of 1/96 inch from the top left.
protocol Canvas: AnyObject {
  /// Draws an image; `pixels` makes it for the number of device pixels that the area has.
  func picture(in area: BoundingBox, _ pixels: (_ width: Int, _ height: Int) -> PixelBuffer)
  /// Fills a rectangle.
  func fill(_ area: BoundingBox, _ color: Color, alpha: Double)
  /// Draws the edges of a rectangle; `dash` 0 is solid.
  func frame(_ area: BoundingBox, lineWidth: Double, _ color: Color, alpha: Double, dash: Double)
  /// Draws a polyline; a single point is a dot.
  func line(
    _ points: [(x: Double, y: Double)], lineWidth: Double, _ color: Color, alpha: Double,
    dash: Double, isClosed: Bool)
  /// Fills a polygon.
  func polygon(_ points: [(x: Double, y: Double)], _ color: Color, alpha: Double)
  /// Fills a circle.
  func disk(x: Double, y: Double, radius: Double, _ color: Color, alpha: Double)
  /// Clips the drawing in `body` to an area.
  func clipped(to area: BoundingBox, _ body: () -> Void)
  /// Draws a line of text with its baseline at `y`; invisible characters are escaped before.
  func letters(
    _ text: String, x: Double, y: Double, size: Double, bold: Bool, anchor: TextAnchor,
    upwards: Bool, _ color: Color, outline: (width: Double, color: Color)?)
}

/// The position of a text relative to its x coordinate.
enum TextAnchor: Double {
  case start = 0
  case middle = 0.5
  case end = 1
}

extension Canvas {
  func fill(_ area: BoundingBox, _ color: Color) { fill(area, color, alpha: 1) }

  func frame(
    _ area: BoundingBox, lineWidth: Double, _ color: Color, alpha: Double = 1
  ) {
    frame(area, lineWidth: lineWidth, color, alpha: alpha, dash: 0)
  }

  func line(
    _ points: [(x: Double, y: Double)], lineWidth: Double, _ color: Color, alpha: Double = 1,
    dash: Double = 0
  ) {
    line(points, lineWidth: lineWidth, color, alpha: alpha, dash: dash, isClosed: false)
  }

  /// Draws a line of text with its baseline at `y`; invisible characters are shown as escapes.
  func text(
    _ text: String, x: Double, y: Double, size: Double, bold: Bool = false,
    anchor: TextAnchor = .start, upwards: Bool = false, _ color: Color = .black,
    outline: (width: Double, color: Color)? = nil
  ) {
    let shown = text.visible
    if shown.isEmpty { return }
    letters(
      shown, x: x, y: y, size: size, bold: bold, anchor: anchor, upwards: upwards, color,
      outline: outline)
  }
}
