extension LinePlot {
  private typealias Point = (x: Double, y: Double)
  private static let markerRadius = 3.0

  func draw(on canvas: any Canvas, within cell: BoundingBox) {
    guard let axes = PlotAxes(self, within: cell) else { return }
    axes.drawGrid(on: canvas)
    // Lines and dots on the border are not cut in half.
    let outset = Self.markerRadius + 1
    let area = BoundingBox(
      x0: axes.area.x0 - outset, y0: axes.area.y0 - outset, x1: axes.area.x1 + outset,
      y1: axes.area.y1 + outset)
    var crowd: [(x: Double, y: Double)] = []
    canvas.clipped(to: area) {
      for place in series.indices { drawBand(place, axes, on: canvas) }
      if diagonal {
        let low = max(axes.xRange.lowerBound, axes.yRange.lowerBound)
        let high = min(axes.xRange.upperBound, axes.yRange.upperBound)
        if low < high {
          canvas.line(
            [(axes.x(low), axes.y(low)), (axes.x(high), axes.y(high))], lineWidth: 1.25, Ink.axis,
            dash: 5)
        }
      }
      for place in series.indices { crowd += draw(place, axes, on: canvas) }
    }
    axes.drawAxes(of: self, in: cell, on: canvas)
    switch naming {
    case .legend: drawLegend(on: canvas, axes, crowd)
    case .lineEnds: drawNames(on: canvas, axes, right: cell.x1)
    }
  }

  private func drawBand(_ place: Int, _ axes: PlotAxes, on canvas: any Canvas) {
    let parts = series[place].band.split {
      !($0.x.isFinite && $0.low.isFinite && $0.high.isFinite)
    }
    for part in parts {
      let isSteps = series[place].style == .steps
      let upper = part.map { Point(axes.x($0.x), axes.y($0.high)) }
      let lower = part.map { Point(axes.x($0.x), axes.y($0.low)) }
      let outline =
        (isSteps ? Self.steps(upper) : upper) + (isSteps ? Self.steps(lower) : lower).reversed()
      canvas.polygon(outline, color(of: place), alpha: 0.16)
    }
  }

  /// Draws a series and returns points along it, for the place of the legend.
  private func draw(
    _ place: Int, _ axes: PlotAxes, on canvas: any Canvas
  ) -> [(x: Double, y: Double)] {
    let line = series[place]
    let color = color(of: place)
    let isJoined = line.style == .line || line.style == .steps
    var crowd: [Point] = []
    let width = 0.8 * (PlotAxes.step(line.points.map(\.x)) ?? 1)
    for part in line.points.split(whereSeparator: { !isDrawable($0) }) {
      var points = part.map { Point(axes.x($0.x), axes.y($0.y)) }
      if line.style == .steps { points = Self.steps(points) }
      if isJoined {
        canvas.line(
          points, lineWidth: points.count == 1 ? 2 * Self.markerRadius : line.lineWidth, color,
          dash: line.isDashed ? 5 : 0)
      }
      if line.style == .bars {
        let zero = axes.y(min(max(0, axes.yRange.lowerBound), axes.yRange.upperBound))
        for (point, value) in zip(points, part) {
          let bar = BoundingBox(
            x0: axes.x(value.x - width / 2), y0: min(zero, point.y),
            x1: axes.x(value.x + width / 2),
            y1: max(zero, point.y))
          canvas.fill(bar, color, alpha: 0.85)
          crowd += [(bar.x0, bar.y0), (bar.x1, bar.y0), (point.x, (bar.y0 + bar.y1) / 2)]
        }
      }
      if line.hasMarkers || line.style == .points {
        for value in part {
          let point = Point(axes.x(value.x), axes.y(value.y))
          canvas.disk(x: point.x, y: point.y, radius: Self.markerRadius + 1, .white, alpha: 1)
          canvas.disk(x: point.x, y: point.y, radius: Self.markerRadius, color, alpha: 1)
        }
      }
      crowd += points
      guard isJoined else { continue }
      for (a, b) in zip(points, points.dropFirst()) {
        let count = min(Int(max(abs(b.x - a.x), abs(b.y - a.y)) / 8), 200)
        for step in 0..<max(count, 0) {
          let share = Double(step) / Double(count)
          crowd.append((a.x + (b.x - a.x) * share, a.y + (b.y - a.y) * share))
        }
      }
    }
    return crowd
  }

  /// The corners of a line that holds each value until the next point.
  private static func steps(_ points: [Point]) -> [Point] {
    zip(points, points.dropFirst()).flatMap { [$0, Point($1.x, $0.y)] } + points.suffix(1)
  }

  /// Draws the legend in the corner with the fewest points.
  private func drawLegend(
    on canvas: any Canvas, _ axes: PlotAxes, _ crowd: [(x: Double, y: Double)]
  ) {
    let named = series.indices.filter { !series[$0].name.isEmpty }
    if named.isEmpty { return }
    let (size, sample, lineHeight) = (PlotAxes.textSize, 22.0, 16.0)
    let room = axes.area.width * 0.85 - sample - 20
    let labels = named.map {
      TextRuler.shortened(series[$0].name, width: max(room, 20), size: size)
    }
    let width =
      (labels.map { TextRuler.width(of: $0, size: size, bold: false) }.max() ?? 0) + sample + 18
    let height = Double(named.count) * lineHeight + 8
    let lefts = [axes.area.x1 - width - 6, axes.area.x0 + 6]
    let tops = [axes.area.y0 + 6, axes.area.y1 - height - 6]
    let corners = tops.flatMap { top in
      lefts.map { BoundingBox(x0: $0, y0: top, x1: $0 + width, y1: top + height) }
    }
    func count(in area: BoundingBox) -> Int {
      crowd.count {
        $0.x >= area.x0 - 4 && $0.x <= area.x1 + 4 && $0.y >= area.y0 - 4 && $0.y <= area.y1 + 4
      }
    }
    guard let area = corners.min(by: { count(in: $0) < count(in: $1) }) else { return }
    canvas.fill(area, .white, alpha: 0.86)
    for (row, place) in named.enumerated() {
      let line = series[place]
      let middle = area.y0 + 4 + lineHeight * (Double(row) + 0.5)
      let (x0, x1) = (area.x0 + 6, area.x0 + 6 + sample)
      switch line.style {
      case .line, .steps:
        canvas.line(
          [(x0, middle), (x1, middle)], lineWidth: 2, color(of: place), dash: line.isDashed ? 5 : 0)
      case .bars:
        canvas.fill(
          BoundingBox(x0: x0 + 5, y0: middle - 4, x1: x1 - 5, y1: middle + 4), color(of: place),
          alpha: 0.85)
      case .points: break
      }
      if line.hasMarkers || line.style == .points {
        canvas.disk(
          x: (x0 + x1) / 2, y: middle, radius: Self.markerRadius, color(of: place), alpha: 1)
      }
      canvas.text(labels[row], x: x1 + 7, y: middle + size * 0.36, size: size, Ink.text)
    }
  }
}
