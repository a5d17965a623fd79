/// A box to draw on an image or figure, with a label and a color: fastai's `LabeledBBox`.
public struct LabeledBox: Sendable, Hashable, Codable {
  /// The box, in the pixels of the image that it is drawn on.
  public var box: BoundingBox
  /// The text at the top left corner; nil for none.
  public var label: String?
  /// The color of the line and the label.
  package var color: Color

  /// Creates a labeled box.
  public init(_ box: BoundingBox, label: String? = nil, color: Color = .white) {
    self.box = box
    self.label = label
    self.color = color
  }
}

extension PixelBuffer {
  /// Returns the image with boxes drawn on it: a colored line with a black outline, and a bold
  /// label inside the top left corner (outside of boxes that are narrower than their label).
  ///
  /// - Parameters:
  ///   - boxes: The boxes, in pixels of this image. Those entirely outside are not drawn.
  ///   - lineWidth: In pixels. Default: 1/200 of the shorter side, at least 2.
  ///   - textSize: In pixels. Default: seven times `lineWidth`.
  /// - Returns: An RGB image of the same size.
  public func drawing(
    _ boxes: [LabeledBox], lineWidth: Double? = nil, textSize: Double? = nil
  ) -> PixelBuffer {
    let line = lineWidth ?? max(2, Double(min(width, height)) / 200)
    let canvas = Canvas(width: width, height: height)
    canvas.image(self, x: 0, y: 0)
    let area = BoundingBox(width: width, height: height)
    for labeled in boxes {
      let box = labeled.box
      guard box.x0 < area.x1, box.x1 > area.x0, box.y0 < area.y1, box.y1 > area.y0 else { continue }
      canvas.draw(labeled, within: area, lineWidth: line, textSize: textSize ?? 7 * line)
    }
    return canvas.finished()
  }
}

extension Canvas {
  /// Draws a box in canvas pixels, clipped to `area`; its label is moved inside.
  ///
  /// A box outside of the area, or with coordinates that are not finite, is not drawn.
  func draw(
    _ labeled: LabeledBox, within area: BoundingBox, lineWidth: Double, textSize: Double
  ) {
    let (box, color) = (labeled.box, labeled.color)
    guard box.x0.isFinite, box.y0.isFinite, box.x1.isFinite, box.y1.isFinite,
      box.x0 <= area.x1, box.x1 >= area.x0, box.y0 <= area.y1, box.y1 >= area.y0
    else { return }
    let dark = color.luminance < 60
    let outline: Color = dark ? .white : .black
    clipped(to: area) {
      frame(box, lineWidth: 2 * lineWidth, outline)
      frame(box, lineWidth: lineWidth, color)
      guard let label = labeled.label, !label.isEmpty else { return }
      let width = textWidth(label, size: textSize, bold: true)
      let gap = 1.5 * lineWidth
      // A label wider than its box would cross the line, so it goes above the box, or below if
      // there is no room above.
      var start = box.x0 + gap
      var baseline = max(box.y0, area.y0) + gap + textSize * 0.8
      if width + 2 * gap > box.width {
        let above = box.y0 - gap - lineWidth
        let below = box.y1 + gap + lineWidth + textSize * 0.8
        start = box.x0 - lineWidth
        if above - textSize * 0.8 >= area.y0 {
          baseline = above
        } else if below + textSize * 0.2 <= area.y1 {
          baseline = below
        }
      }
      let left = max(area.x0 + gap, min(start, area.x1 - width - gap))
      baseline = min(max(baseline, area.y0 + textSize * 0.8), area.y1 - gap)
      text(
        label, x: left, y: baseline, size: textSize, bold: true, color,
        outline: (max(1.5, textSize / 8), outline))
    }
  }
}

extension Color {
  /// Brightness from 0 to 255.
  var luminance: Double {
    0.299 * Double(red) + 0.587 * Double(green) + 0.114 * Double(blue)
  }
}
