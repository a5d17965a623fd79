/// The marks on an image in a figure: the side of the patient and a scale bar.
package struct ImageMarks: Sendable, Equatable {
  /// The side of the patient at an edge of the image; nil: not known.
  package var side: ImageFacts.SideMark?
  /// The distance between pixel centers; nil: no scale bar.
  package var spacing: DICOMSpacing?

  /// Creates marks from what the file says. Default: none.
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

  /// Draws the marks in the corners of an image and returns the areas that they take.
  ///
  /// - Parameters:
  ///   - canvas: The canvas.
  ///   - area: The area of the image.
  ///   - columns: Columns of the image.
  ///   - boxes: Areas that the scale bar avoids.
  func draw(
    on canvas: any Canvas, within area: BoundingBox, columns: Int, avoiding boxes: [BoundingBox]
  ) -> [BoundingBox] {
    drawSide(on: canvas, within: area)
      + drawScale(on: canvas, within: area, columns: columns, avoiding: boxes)
  }

  private func drawSide(on canvas: any Canvas, within area: BoundingBox) -> [BoundingBox] {
    guard let side else { return [] }
    let (letter, note) = (side.side.rawValue, side.isAssumed ? "assumed" : "")
    let letterSize = Self.size + 4
    let width = TextRuler.width(of: letter, size: letterSize, bold: true)
    let noteWidth = TextRuler.width(of: note, size: Self.size - 2, bold: false)
    let whole = width + (note.isEmpty ? 0 : 4 + noteWidth)
    guard area.width > whole + 16, area.height > 40 else { return [] }
    let x: Double
    switch side.edge {
    case .left: x = area.x0 + 7
    case .right: x = area.x1 - 7 - whole
    case .top, .bottom: x = (area.x0 + area.x1 - whole) / 2
    }
    let y = side.edge == .bottom ? area.y1 - 8 : area.y0 + 7 + letterSize * 0.73
    canvas.text(
      letter, x: x, y: y, size: letterSize, bold: true, .white, outline: (2.2, .black))
    canvas.text(
      note, x: x + width + 4, y: y, size: Self.size - 2, .white, outline: (1.8, .black))
    return [BoundingBox(x0: x - 3, y0: y - letterSize, x1: x + whole + 3, y1: y + 4)]
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
      BoundingBox(x0: $0 - 3, y0: y - height, x1: $0 + width + 3, y1: y + 4)
    }
    let place = places.first { place in !boxes.contains { $0.intersects(place) } } ?? places[0]
    let isLeft = place == places[0]
    let (x0, x1) =
      isLeft
      ? (place.x0 + 3, place.x0 + 3 + length * unit)
      : (place.x1 - 3 - length * unit, place.x1 - 3)
    let bar = [(x0, y - 4), (x0, y), (x1, y), (x1, y - 4)]
    canvas.line(bar, lineWidth: 3.4, .black, alpha: 0.8)
    canvas.line(bar, lineWidth: 1.5, .white)
    canvas.text(
      word, x: isLeft ? x0 : x1, y: y - 8, size: size, anchor: isLeft ? .start : .end, .white,
      outline: (2, .black))
    return [place]
  }
}
