/// The drawing of boxes and their labels within an area.
package struct BoxDrawing {
  /// The area, which nothing leaves.
  let area: BoundingBox
  let lineWidth: Double
  let textSize: Double

  /// Creates a drawing within an area.
  package init(area: BoundingBox, lineWidth: Double, textSize: Double) {
    self.area = area
    self.lineWidth = lineWidth
    self.textSize = textSize
  }

  /// Draws boxes in units of the canvas; those that are outside, or not finite, are left out.
  ///
  /// - Parameters:
  ///   - boxes: The boxes.
  ///   - canvas: The canvas.
  ///   - taken: Areas that labels avoid.
  func draw(_ boxes: [LabeledBox], on canvas: any Canvas, avoiding taken: [BoundingBox] = []) {
    let visible = boxes.compactMap(placed)
    canvas.clipped(to: area) {
      // The strongest is drawn last, on top.
      for labeled in visible.sorted(by: { $0.strength < $1.strength }) {
        drawFrame(labeled, on: canvas)
      }
      var obstacles = taken
      for labeled in visible {
        guard let label = labeled.label, !label.isEmpty else { continue }
        let place = labelArea(
          label, beside: labeled.box, others: visible.map(\.box), taken: obstacles)
        obstacles.append(place)
        let dark = labeled.color.luminance < 60
        let text = TextRuler.shortened(
          label, width: place.width - textSize * 0.5 + 0.01, size: textSize, bold: true)
        canvas.fill(place, dark ? .white : .black, alpha: 0.62)
        canvas.text(
          text, x: place.x0 + textSize * 0.25, y: place.y1 - textSize * 0.32, size: textSize,
          bold: true, labeled.color)
      }
    }
  }

  /// The box with its line inside of the area, so that edges on the border are visible.
  private func placed(_ labeled: LabeledBox) -> LabeledBox? {
    let box = labeled.box
    guard box.x0.isFinite, box.y0.isFinite, box.x1.isFinite, box.y1.isFinite,
      box.x0 <= area.x1, box.x1 >= area.x0, box.y0 <= area.y1, box.y1 >= area.y0
    else { return nil }
    let inset = lineWidth
    func within(_ value: Double, _ low: Double, _ high: Double) -> Double {
      low + inset <= high - inset ? min(max(value, low + inset), high - inset) : (low + high) / 2
    }
    var result = labeled
    result.box = BoundingBox(
      x0: within(box.x0, area.x0, area.x1), y0: within(box.y0, area.y0, area.y1),
      x1: within(box.x1, area.x0, area.x1), y1: within(box.y1, area.y0, area.y1))
    return result
  }

  private func drawFrame(_ labeled: LabeledBox, on canvas: any Canvas) {
    let strength = min(max(labeled.strength, 0), 1)
    let isWeak = strength < 0.35
    let width = lineWidth * (isWeak ? 0.6 : 0.6 + 0.4 * strength)
    let outline: Color = labeled.color.luminance < 60 ? .white : .black
    canvas.frame(
      labeled.box, lineWidth: width + lineWidth * (isWeak ? 0.5 : 1), outline,
      alpha: isWeak ? 0.6 : 1)
    canvas.frame(
      labeled.box, lineWidth: width, labeled.color, alpha: isWeak ? 0.85 : 1,
      dash: isWeak ? 2.5 * lineWidth : 0)
  }

  /// The place of a label: outside of its box, above or below, then at its sides, and inside the area.
  ///
  /// The first place that covers neither a box nor what is taken is chosen, otherwise the one that covers least; in a
  /// box that fills the area that is one of its corners.
  ///
  /// - Parameters:
  ///   - label: The text.
  ///   - box: The box.
  ///   - others: All boxes.
  ///   - taken: Other areas to keep free.
  /// - Returns: The area of the label.
  package func labelArea(
    _ label: String, beside box: BoundingBox, others: [BoundingBox], taken: [BoundingBox]
  ) -> BoundingBox {
    let height = textSize * 1.3
    let width = min(
      TextRuler.width(of: label, size: textSize, bold: true) + textSize * 0.5, area.width)
    let gap = lineWidth
    let above = box.y0 - gap - height
    let below = box.y1 + gap
    let middle = (box.y0 + box.y1 - height) / 2
    // A label is aligned with the edges of its box, outer edges of the lines included.
    let (left, right) = (box.x0 - gap, box.x1 + gap - width)
    let places = [
      (left, above), (right, above), (left, below), (right, below), (box.x1 + gap, box.y0 - gap),
      (box.x0 - gap - width, box.y0 - gap), (box.x1 + gap, middle), (box.x0 - gap - width, middle),
      (box.x1 + gap, box.y1 + gap - height), (box.x0 - gap - width, box.y1 + gap - height),
      (box.x0 + gap, box.y0 + gap), (box.x1 - gap - width, box.y0 + gap),
      (box.x0 + gap, box.y1 - gap - height), (box.x1 - gap - width, box.y1 - gap - height),
    ].map { x, y in
      // Moved inside the area.
      let x0 = max(area.x0, min(x, area.x1 - width))
      let y0 = max(area.y0, min(y, area.y1 - height))
      return BoundingBox(x0: x0, y0: y0, x1: x0 + width, y1: y0 + height)
    }
    func cover(_ place: BoundingBox) -> Double {
      (others + taken).reduce(0) { $0 + (place.intersection($1)?.area ?? 0) }
    }
    var best = (place: places[0], cover: Double.infinity)
    for place in places {
      let covered = cover(place)
      if covered < best.cover - 1e-6 { best = (place, covered) }
      if covered == 0 { break }
    }
    return best.place
  }
}
