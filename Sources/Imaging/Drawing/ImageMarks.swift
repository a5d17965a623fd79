/// The marks on an image in a figure: the side of the patient and a scale bar.
package struct ImageMarks: Sendable, Equatable {
  /// The side of the patient at an edge of the image; nil: not known.
  package var side: ImageFacts.SideMark?
  /// The distance between pixel centers; nil: no scale bar.
  package var spacing: DICOMSpacing?

  /// Creates marks from what the file says.
  ///
  /// Default: none.
  package init(_ facts: ImageFacts = ImageFacts()) {
    side = facts.sideMark
    spacing = facts.spacing
  }

  /// Height over width of a pixel on paper.
  var pixelAspect: Double {
    guard let spacing, spacing.row > 0, spacing.column > 0 else { return 1 }
    let aspect = spacing.row / spacing.column
    return (0.1...10).contains(aspect) ? aspect : 1
  }

  private static let size = 11.0

  /// Draws the marks in the corners of an image.
  ///
  /// - Parameters:
  ///   - canvas: The canvas.
  ///   - area: The area of the image.
  ///   - columns: Columns of the image.
  ///   - boxes: Areas that the marks avoid.
  /// - Returns: The areas of the marks.
  func draw(
    on canvas: any Canvas, within area: BoundingBox, columns: Int, avoiding boxes: [BoundingBox]
  ) -> [BoundingBox] {
    drawSide(on: canvas, within: area, avoiding: boxes)
      + drawScale(on: canvas, within: area, columns: columns, avoiding: boxes)
  }

  private func drawSide(
    on canvas: any Canvas, within area: BoundingBox, avoiding boxes: [BoundingBox]
  ) -> [BoundingBox] {
    guard let side else { return [] }
    let (letter, note) = (side.side.rawValue, side.isAssumed ? "assumed" : "")
    let letterSize = Self.size + 4
    let width = TextRuler.width(of: letter, size: letterSize, bold: true)
    let noteWidth = TextRuler.width(of: note, size: Self.size - 2, bold: false)
    let whole = width + (note.isEmpty ? 0 : 4 + noteWidth)
    guard area.width > whole + 16, area.height > 40 else { return [] }
    let top = area.y0 + 7 + letterSize * 0.73
    // The first place along the edge that no box reaches: above the scale bar, as films have markers of their own in the
    // upper corners.
    let heights = [max(top, area.y1 - 40)] + [0.5, 0.3, 0].map { top + $0 * area.height }
    let points: [(x: Double, y: Double)] =
      switch side.edge {
      case .left, .right:
        heights.map { (side.edge == .left ? area.x0 + 7 : area.x1 - 7 - whole, $0) }
      case .top, .bottom:
        [0.5, 0.25, 0.75, 0].map {
          (
            area.x0 + 7 + $0 * (area.width - 14 - whole),
            side.edge == .bottom ? area.y1 - 8 : top
          )
        }
      }
    func place(_ point: (x: Double, y: Double)) -> BoundingBox {
      BoundingBox(
        x0: point.x - 3, y0: point.y - letterSize, x1: point.x + whole + 3, y1: point.y + 4)
    }
    let (x, y) =
      points.first { point in !boxes.contains { $0.intersects(place(point)) } } ?? points[0]
    canvas.text(
      letter, x: x, y: y, size: letterSize, bold: true, .white, outline: (2.2, .black))
    canvas.text(
      note, x: x + width + 4, y: y, size: Self.size - 2, .white, outline: (1.8, .black))
    return [place((x, y))]
  }

  private func drawScale(
    on canvas: any Canvas, within area: BoundingBox, columns: Int, avoiding boxes: [BoundingBox]
  ) -> [BoundingBox] {
    guard let spacing, spacing.column > 0, area.width >= 90, area.height >= 60 else { return [] }
    let unit = area.width / (Double(columns) * spacing.column)
    guard unit.isFinite, unit > 0 else { return [] }
    let lengths = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]
    guard let length = lengths.last(where: { $0 * unit <= area.width * 0.28 }) else { return [] }
    let millimeters = NumberText.short(length) + " mm"
    let word =
      switch spacing.kind {
      case .calibrated: millimeters
      case .estimated: "≈ " + millimeters
      case .detector: millimeters + " at detector"
      case .unknown: millimeters + ", plane unknown"
      }
    let size = Self.size - 1
    let width = max(length * unit, TextRuler.width(of: word, size: size, bold: false))
    let height = size + 8
    let y = area.y1 - 8
    // The corner that no box reaches, if there is one.
    let places = [area.x0 + 8, area.x1 - 8 - width].map {
      BoundingBox(x0: $0 - 4, y0: y - height, x1: $0 + width + 4, y1: y + 4)
    }
    let place = places.first { place in !boxes.contains { $0.intersects(place) } } ?? places[0]
    let isLeft = place == places[0]
    let (x0, x1) =
      isLeft
      ? (place.x0 + 4, place.x0 + 4 + length * unit)
      : (place.x1 - 4 - length * unit, place.x1 - 4)
    canvas.fill(place, .black, alpha: 0.5)
    canvas.line([(x0, y - 4), (x0, y), (x1, y), (x1, y - 4)], lineWidth: 1.5, .white)
    canvas.text(
      word, x: isLeft ? x0 : x1, y: y - 7, size: size, anchor: isLeft ? .start : .end, .white)
    return [place]
  }
}
