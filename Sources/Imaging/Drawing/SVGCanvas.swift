import Foundation

/// The beginning of SVG files.
package enum SVGText {
  /// The XML declaration with its line feed.
  package static let declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
}

/// A drawing surface that writes SVG 1.1: text, lines and boxes are vectors, images are embedded PNG files.
final class SVGCanvas: Canvas {
  /// Pixels of an embedded image per unit, so that images are sharp in print.
  static let imageScale = 2.0

  private let width: Double
  private let height: Double
  private var body = ""
  private var clipCount = 0

  init(width: Double, height: Double) {
    self.width = width
    self.height = height
  }

  func picture(in area: BoundingBox, _ pixels: (_ width: Int, _ height: Int) -> PixelBuffer) {
    let image = pixels(
      max(Int((area.width * Self.imageScale).rounded()), 1),
      max(Int((area.height * Self.imageScale).rounded()), 1))
    guard let png = try? PNG.encode(image, compression: 6) else { return }
    add(
      "image",
      rectangle(area)
        + " preserveAspectRatio=\"none\" xlink:href=\"data:image/png;base64,\(Data(png).base64EncodedString())\""
    )
  }

  func fill(_ area: BoundingBox, _ color: Color, alpha: Double) {
    add("rect", rectangle(area) + paint("fill", color, alpha))
  }

  func frame(_ area: BoundingBox, lineWidth: Double, _ color: Color, alpha: Double, dash: Double) {
    add("rect", rectangle(area) + " fill=\"none\"" + stroke(lineWidth, color, alpha, dash))
  }

  func line(
    _ points: [(x: Double, y: Double)], lineWidth: Double, _ color: Color, alpha: Double,
    dash: Double, isClosed: Bool
  ) {
    guard let first = points.first else { return }
    if points.count == 1 {
      disk(x: first.x, y: first.y, radius: lineWidth / 2, color, alpha: alpha)
      return
    }
    add(
      isClosed ? "polygon" : "polyline",
      list(points) + " fill=\"none\" stroke-linejoin=\"round\""
        + (dash > 0 ? "" : " stroke-linecap=\"round\"") + stroke(lineWidth, color, alpha, dash))
  }

  func polygon(_ points: [(x: Double, y: Double)], _ color: Color, alpha: Double) {
    add("polygon", list(points) + paint("fill", color, alpha))
  }

  func disk(x: Double, y: Double, radius: Double, _ color: Color, alpha: Double) {
    add(
      "circle",
      " cx=\"\(number(x))\" cy=\"\(number(y))\" r=\"\(number(radius))\""
        + paint("fill", color, alpha))
  }

  func clipped(to area: BoundingBox, _ content: () -> Void) {
    clipCount += 1
    let name = "clip\(clipCount)"
    body += "<clipPath id=\"\(name)\"><rect\(rectangle(area))/></clipPath>\n"
    body += "<g clip-path=\"url(#\(name))\">\n"
    content()
    body += "</g>\n"
  }

  func letters(
    _ text: String, x: Double, y: Double, size: Double, bold: Bool, anchor: TextAnchor,
    upwards: Bool, _ color: Color, outline: (width: Double, color: Color)?
  ) {
    // `textLength` keeps the width where the viewer takes another font.
    let width = TextRuler.width(of: text, size: size, bold: bold)
    var attributes =
      upwards
      ? " transform=\"translate(\(number(x)) \(number(y))) rotate(-90)\""
      : " x=\"\(number(x))\" y=\"\(number(y))\""
    attributes += " font-size=\"\(number(size))\""
    if bold { attributes += " font-weight=\"bold\"" }
    if anchor != .start {
      attributes += " text-anchor=\"\(anchor == .middle ? "middle" : "end")\""
    }
    attributes += " textLength=\"\(number(width))\" lengthAdjust=\"spacingAndGlyphs\""
    // Two elements: many programs ignore `paint-order` and would draw the outline over the letters.
    if let outline {
      body +=
        "<text\(attributes) fill=\"none\"\(stroke(outline.width, outline.color, 1, 0))"
        + " stroke-linejoin=\"round\" aria-hidden=\"true\">\(Self.escaped(text))</text>\n"
    }
    body += "<text\(attributes)\(paint("fill", color, 1))>\(Self.escaped(text))</text>\n"
  }

  /// The document.
  func finished() -> String {
    SVGText.declaration + """
      <svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" version="1.1" \
      width="\(number(width / 96))in" height="\(number(height / 96))in" \
      viewBox="0 0 \(number(width)) \(number(height))" \
      font-family="'DejaVu Sans', Verdana, Helvetica, Arial, sans-serif">
      <rect width="\(number(width))" height="\(number(height))" fill="#ffffff"/>
      \(body)</svg>

      """
  }

  // MARK: Attributes

  private func add(_ name: String, _ attributes: String) { body += "<\(name)\(attributes)/>\n" }

  private func rectangle(_ area: BoundingBox) -> String {
    " x=\"\(number(area.x0))\" y=\"\(number(area.y0))\" width=\"\(number(area.width))\""
      + " height=\"\(number(area.height))\""
  }

  private func list(_ points: [(x: Double, y: Double)]) -> String {
    " points=\"" + points.map { "\(number($0.x)),\(number($0.y))" }.joined(separator: " ") + "\""
  }

  private func paint(_ name: String, _ color: Color, _ alpha: Double) -> String {
    " \(name)=\"\(color)\"" + (alpha < 1 ? " \(name)-opacity=\"\(number(alpha))\"" : "")
  }

  private func stroke(_ width: Double, _ color: Color, _ alpha: Double, _ dash: Double) -> String {
    paint("stroke", color, alpha) + " stroke-width=\"\(number(width))\""
      + (dash > 0 ? " stroke-dasharray=\"\(number(dash))\"" : "")
  }

  /// A number with at most two digits after the point.
  private func number(_ value: Double) -> String {
    guard value.isFinite else { return "0" }
    let hundredths = (value * 100).rounded()
    guard abs(hundredths) < 1e15 else { return "0" }
    let whole = Int(hundredths)
    if whole % 100 == 0 { return "\(whole / 100)" }
    let rest = abs(whole) % 100
    return (whole < 0 ? "-" : "") + "\(abs(whole) / 100)." + (rest < 10 ? "0" : "")
      + (rest % 10 == 0 ? "\(rest / 10)" : "\(rest)")
  }

  /// XML forbids some characters even as references; `visible` has escaped them before.
  private static func escaped(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "") { result, scalar in
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\u{FFFE}", "\u{FFFF}": result += "?"
      default: result.unicodeScalars.append(scalar)
      }
    }
  }
}
