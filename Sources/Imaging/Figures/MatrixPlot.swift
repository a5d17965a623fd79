/// A table of numbers as colored cells, such as a confusion matrix.
package struct MatrixPlot: Sendable {
  /// The values, row by row; NaN leaves a cell blank.
  var values: [[Double]]
  var rowNames: [String]
  var columnNames: [String]
  /// The numbers in the cells; nil for the values.
  var texts: [[String]]?
  var xLabel: String
  var yLabel: String
  var colormap: Colormap
  /// The values at the ends of the colormap; nil for 0 to the largest value.
  var range: ClosedRange<Double>?

  private static let (size, labelSize) = (11.0, 11.5)

  private func width(_ text: String) -> Double {
    TextRuler.width(of: text, size: Self.size, bold: false)
  }

  /// The rows and columns, the room for names, and the side of a cell.
  private func measures(
    _ cell: BoundingBox
  ) -> (rows: Int, columns: Int, space: LabelSpace, below: Double, side: Double) {
    let (rows, columns) = (values.count, values.map(\.count).max() ?? 0)
    let space = labelSpace(rowNames.map(width).max() ?? 0, columnNames.map(width).max() ?? 0, cell)
    let below = space.bottom + (xLabel.isEmpty ? 0 : Self.labelSize + 10) + 4
    let side = min(
      (cell.width - space.left - 2) / Double(max(columns, 1)),
      (cell.height - below) / Double(max(rows, 1)))
    return (rows, columns, space, below, side)
  }

  /// The size that the table needs of a cell of the figure.
  func size(within cell: (width: Double, height: Double)) -> (width: Double, height: Double) {
    let area = BoundingBox(x0: 0, y0: 0, x1: cell.width, y1: cell.height)
    let (rows, columns, space, below, side) = measures(area)
    guard rows > 0, columns > 0, side > 1 else { return cell }
    return (
      min((space.left + 2 + side * Double(columns)).rounded(.up), cell.width),
      min((below + side * Double(rows)).rounded(.up), cell.height)
    )
  }

  func draw(on canvas: any Canvas, within cell: BoundingBox) {
    let (rows, columns, space, _, side) = measures(cell)
    guard rows > 0, columns > 0, side > 1 else { return }
    let left = (cell.x0 + space.left).rounded()
    let top = cell.y0 + 2
    func edgeX(_ column: Int) -> Double { (left + Double(column) * side).rounded() }
    func edgeY(_ row: Int) -> Double { (top + Double(row) * side).rounded() }
    let area = BoundingBox(x0: left, y0: top.rounded(), x1: edgeX(columns), y1: edgeY(rows))
    let range = range ?? 0...max(values.flatMap(\.self).filter(\.isFinite).max() ?? 0, 1e-300)
    let span = range.upperBound - range.lowerBound
    let texts = self.texts ?? Self.texts(of: values)
    let widest = texts.flatMap(\.self).map { width($0) / Self.size }.max() ?? 1
    let textSize = min(13, (side - 6) / max(widest, 0.1), side * 0.6)
    for (row, line) in values.enumerated() {
      for (column, value) in line.enumerated() {
        let box = BoundingBox(
          x0: edgeX(column), y0: edgeY(row), x1: edgeX(column + 1), y1: edgeY(row + 1))
        guard value.isFinite else {
          canvas.fill(box, Ink.paper)
          continue
        }
        let color = colormap.color(at: span > 0 ? (value - range.lowerBound) / span : 0)
        canvas.fill(box, color)
        guard textSize >= 6, texts.indices.contains(row), texts[row].indices.contains(column)
        else { continue }
        canvas.text(
          texts[row][column], x: (box.x0 + box.x1) / 2,
          y: (box.y0 + box.y1) / 2 + textSize * 0.36, size: textSize, anchor: .middle,
          color.luminance < 140 ? .white : Ink.strong)
      }
    }
    let thin = side >= 8 ? 1.0 : 0.5
    for row in 1..<max(rows, 1) {
      canvas.line([(area.x0, edgeY(row)), (area.x1, edgeY(row))], lineWidth: thin, .white)
    }
    for column in 1..<max(columns, 1) {
      canvas.line([(edgeX(column), area.y0), (edgeX(column), area.y1)], lineWidth: thin, .white)
    }
    canvas.frame(area, lineWidth: 1, Ink.axis)
    drawNames(on: canvas, area, side: side, cell: cell, space)
  }

  /// The room for names at the left and below.
  private struct LabelSpace {
    var left: Double
    var bottom: Double
    var isUpwards: Bool
  }

  private func labelSpace(
    _ rowWidth: Double, _ columnWidth: Double, _ cell: BoundingBox
  ) -> LabelSpace {
    let longest = min(170, cell.width * 0.5)
    let left = min(rowWidth, longest) + 10 + (yLabel.isEmpty ? 0 : Self.labelSize + 8)
    // The side of a cell above names in one line.
    let side = min(
      (cell.width - left) / Double(max(columnNames.count, 1)),
      (cell.height - Self.size - 10 - Self.labelSize) / Double(max(values.count, 1)))
    let isUpwards = columnWidth > side - 6
    let bottom = isUpwards ? min(columnWidth, longest) + 10 : Self.size + 10
    return LabelSpace(left: left, bottom: columnNames.isEmpty ? 4 : bottom, isUpwards: isUpwards)
  }

  private func drawNames(
    on canvas: any Canvas, _ area: BoundingBox, side: Double, cell: BoundingBox,
    _ space: LabelSpace
  ) {
    // Of names that are too close, every n-th is drawn.
    let stride = max(1, Int(((Self.size + 1) / side).rounded(.up)))
    let room = space.left - 10 - (yLabel.isEmpty ? 0 : Self.labelSize + 8)
    for (row, name) in rowNames.enumerated() where row % stride == 0 {
      let middle = area.y0 + (Double(row) + 0.5) * side
      canvas.text(
        TextRuler.shortened(name, width: room, size: Self.size), x: area.x0 - 7,
        y: middle + Self.size * 0.36, size: Self.size, anchor: .end, Ink.text)
    }
    for (column, name) in columnNames.enumerated()
    where !space.isUpwards || column % stride == 0 {
      let middle = area.x0 + (Double(column) + 0.5) * side
      if space.isUpwards {
        canvas.text(
          TextRuler.shortened(name, width: space.bottom - 10, size: Self.size),
          x: middle + Self.size * 0.36, y: area.y1 + 7, size: Self.size, anchor: .end,
          upwards: true, Ink.text)
      } else {
        canvas.text(
          TextRuler.shortened(name, width: side - 4, size: Self.size), x: middle,
          y: area.y1 + 7 + Self.size * 0.8, size: Self.size, anchor: .middle, Ink.text)
      }
    }
    canvas.text(
      xLabel, x: (area.x0 + area.x1) / 2, y: area.y1 + space.bottom + Self.labelSize + 2,
      size: Self.labelSize, bold: true, anchor: .middle, Ink.text)
    canvas.text(
      yLabel, x: cell.x0 + Self.labelSize, y: (area.y0 + area.y1) / 2, size: Self.labelSize,
      bold: true, anchor: .middle, upwards: true, Ink.text)
  }

  /// Whole numbers as they are, others with two decimals.
  private static func texts(of values: [[Double]]) -> [[String]] {
    let areWhole = values.allSatisfy { $0.allSatisfy { !$0.isFinite || $0 == $0.rounded() } }
    return values.map { row in
      row.map {
        !$0.isFinite ? "" : areWhole ? NumberText.rounded($0, 0) : NumberText.rounded($0, 2)
      }
    }
  }
}
