extension LinePlot {
  private static let sample = 16.0
  private static let lineHeight = 14.0
  private static let gap = 22.0

  private var named: [Int] { series.indices.filter { !series[$0].name.isEmpty } }

  /// The width that names at the ends of lines take from a cell.
  func roomForNames(in cell: BoundingBox) -> Double {
    guard naming == .lineEnds, !named.isEmpty else { return 0 }
    let widest =
      named.map { TextRuler.width(of: series[$0].name, size: PlotAxes.textSize, bold: false) }.max()
      ?? 0
    return min(widest, cell.width * 0.3) + Self.sample + Self.gap
  }

  /// Writes names beside the last points of their lines, moved apart; a thin line leads to a name that was moved.
  func drawNames(on canvas: any Canvas, _ axes: PlotAxes, right: Double) {
    let area = axes.area
    var ends = named.compactMap { place -> (place: Int, x: Double, y: Double)? in
      guard let last = series[place].points.last(where: isDrawable) else { return nil }
      return (place, axes.x(last.x), min(max(axes.y(last.y), area.y0), area.y1))
    }.sorted { $0.y < $1.y }
    let capacity = max(1, Int(area.height / Self.lineHeight))
    let left = ends.count > capacity ? ends.count - capacity + 1 : 0
    // Of more lines than there is room for, evenly many along the axis are named.
    if left > 0 {
      let kept = capacity - 1
      ends = (0..<kept).map { ends[$0 * (ends.count - 1) / max(kept - 1, 1)] }
    }
    let rows = Self.apart(
      ends.map(\.y), by: Self.lineHeight, in: (area.y0 + 4)...(area.y1 - (left > 0 ? 20 : 4)))
    let x0 = area.x1 + 14
    let size = PlotAxes.textSize
    let room = right - x0 - Self.sample - 6
    for (end, row) in zip(ends, rows) {
      let color = color(of: end.place)
      let start = min(end.x, area.x1)
      canvas.line(
        [(start + 5, end.y), (area.x1 + 3, end.y), (x0 - 2, row)], lineWidth: 1, color,
        alpha: 0.7, dash: 1.5)
      canvas.line(
        [(x0, row), (x0 + Self.sample, row)], lineWidth: 2, color,
        dash: series[end.place].isDashed ? 5 : 0)
      canvas.text(
        TextRuler.shortened(series[end.place].name, width: room, size: size),
        x: x0 + Self.sample + 5, y: row + size * 0.36, size: size, Ink.text)
    }
    if left > 0 {
      canvas.text(
        "and \(left) more", x: x0 + Self.sample + 5, y: area.y1, size: size, Ink.quiet)
    }
  }

  /// Positions near the wanted ones, which are in order, at a distance from each other and in a range.
  package static func apart(
    _ wanted: [Double], by distance: Double, in range: ClosedRange<Double>
  ) -> [Double] {
    // Blocks of neighbors that touch share their mean.
    var blocks: [(sum: Double, count: Int)] = []
    func start(_ block: (sum: Double, count: Int)) -> Double {
      let half = Double(block.count - 1) * distance / 2
      let middle = block.sum / Double(block.count)
      return min(
        max(middle - half, range.lowerBound), max(range.lowerBound, range.upperBound - 2 * half))
    }
    for value in wanted {
      var block = (sum: value, count: 1)
      while let last = blocks.last,
        start(last) + Double(last.count) * distance > start(block)
      {
        block = (sum: last.sum + block.sum, count: last.count + block.count)
        blocks.removeLast()
      }
      blocks.append(block)
    }
    return blocks.flatMap { block in
      (0..<block.count).map { start(block) + Double($0) * distance }
    }
  }
}
