extension PixelBuffer {
  /// The image with boxes drawn on it, as fmi draws them: a colored line with a black outline,
  /// and a bold label inside the top left corner (outside of a box that is too narrow for it).
  ///
  /// - Parameters:
  ///   - boxes: The boxes, in this image's pixels.
  ///   - lineWidth: In pixels; by default a two-hundredth of the shorter side, at least 2.
  ///   - textSize: In pixels; seven lines wide by default.
  /// - Returns: An RGB image of the same size.
  public func drawing(
    _ boxes: [Box], lineWidth: Double? = nil, textSize: Double? = nil
  ) -> PixelBuffer {
    let line = lineWidth ?? max(2, Double(min(width, height)) / 200)
    let canvas = Canvas(width: width, height: height)
    canvas.image(self, x: 0, y: 0)
    let area = PixelRegion(x0: 0, y0: 0, x1: Double(width), y1: Double(height))
    // A box that lies wholly outside has nothing to show, not even its label.
    for box in boxes
    where box.x0 < area.x1 && box.x1 > area.x0 && box.y0 < area.y1 && box.y1 > area.y0 {
      canvas.draw(box, within: area, lineWidth: line, textSize: textSize ?? 7 * line)
    }
    return canvas.finished()
  }
}

extension Canvas {
  /// Draws a box in canvas pixels; its label is kept within `area`.
  ///
  /// A box that does not meet the area, or has no finite edges, is not drawn.
  func draw(_ box: Box, within area: PixelRegion, lineWidth: Double, textSize: Double) {
    guard box.x0.isFinite, box.y0.isFinite, box.x1.isFinite, box.y1.isFinite,
      box.x0 <= area.x1, box.x1 >= area.x0, box.y0 <= area.y1, box.y1 >= area.y0
    else { return }
    let edges = PixelRegion(x0: box.x0, y0: box.y0, x1: box.x1, y1: box.y1)
    let dark = box.color.luminance < 60
    let outline: Color = dark ? .white : .black
    clipped(to: area) {
      frame(edges, lineWidth: 2 * lineWidth, outline)
      frame(edges, lineWidth: lineWidth, box.color)
      guard let label = box.label, !label.isEmpty else { return }
      let width = textWidth(label, size: textSize, bold: true)
      let gap = 1.5 * lineWidth
      // Within the corner as fmi does it; a label wider than its box would lie across the line,
      // so it goes above, or below where there is no room above.
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
        label, x: left, y: baseline, size: textSize, bold: true, box.color,
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
