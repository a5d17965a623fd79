/// A line plot with two axes, such as the loss by epoch or a ROC curve.
public struct LinePlot: Sendable {
  /// One line.
  public struct Series: Sendable {
    /// The name in the legend; empty for none.
    package var name: String
    /// The points in drawing order; NaN or infinity interrupts the line.
    package var points: [(x: Double, y: Double)]
    /// The color; nil for the next color of a color-blind safe palette.
    package var color: Color?
    /// Whether the line is dashed.
    package var isDashed: Bool

    /// Creates a line from points; NaN or infinity interrupts the line.
    public init(
      _ name: String, points: [(x: Double, y: Double)], color: Color? = nil,
      isDashed: Bool = false
    ) {
      self.name = name
      self.points = points
      self.color = color
      self.isDashed = isDashed
    }
  }

  /// The lines, in drawing order.
  package var series: [Series]
  /// The label of the x axis.
  package var xLabel: String
  /// The label of the y axis.
  package var yLabel: String
  /// The range of the x axis; nil to fit all points.
  package var xRange: ClosedRange<Double>?
  /// The range of the y axis; nil to fit all points.
  package var yRange: ClosedRange<Double>?

  /// Creates a plot; axes without a range fit all points.
  public init(
    _ series: [Series], xLabel: String = "", yLabel: String = "",
    xRange: ClosedRange<Double>? = nil, yRange: ClosedRange<Double>? = nil
  ) {
    self.series = series
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.xRange = xRange
    self.yRange = yRange
  }

  // The color-blind safe palette by Okabe and Ito.
  private static let palette: [Color] = [
    Color(red: 0, green: 114, blue: 178), Color(red: 213, green: 94, blue: 0),
    Color(red: 0, green: 158, blue: 115), Color(red: 204, green: 121, blue: 167),
    Color(red: 230, green: 159, blue: 0), Color(red: 86, green: 180, blue: 233),
  ]

  func draw(on canvas: Canvas, within cell: BoundingBox) {
    let ink = Color(red: 60, green: 64, blue: 72)
    let grid = Color(red: 226, green: 229, blue: 234)
    let size = 11.0
    let points = series.flatMap(\.points).filter { $0.x.isFinite && $0.y.isFinite }
    let xs = Self.span(xRange, points.map(\.x), padding: 0)
    let ys = Self.span(yRange, points.map(\.y), padding: 0.05)
    let down = TickMarks(ys, about: max(2, Int((cell.y1 - cell.y0) / 55)))
    let across = TickMarks(xs, about: max(2, Int((cell.x1 - cell.x0) / 70)))
    let widest = down.labels.map { canvas.textWidth($0, size: size) }.max() ?? 0
    let plot = BoundingBox(
      x0: (cell.x0 + widest + 8 + (yLabel.isEmpty ? 0 : 18)).rounded(), y0: cell.y0 + 6,
      x1: cell.x1 - 8, y1: (cell.y1 - 20 - (xLabel.isEmpty ? 0 : 18)).rounded())
    guard plot.x1 > plot.x0 + 10, plot.y1 > plot.y0 + 10 else { return }
    func x(_ value: Double) -> Double {
      plot.x0 + (value - xs.lowerBound) / (xs.upperBound - xs.lowerBound) * (plot.x1 - plot.x0)
    }
    func y(_ value: Double) -> Double {
      plot.y1 - (value - ys.lowerBound) / (ys.upperBound - ys.lowerBound) * (plot.y1 - plot.y0)
    }
    for (value, label) in zip(down.values, down.labels) {
      let at = y(value).rounded() + 0.5
      canvas.line([(plot.x0, at), (plot.x1, at)], lineWidth: 1, grid)
      canvas.text(label, x: plot.x0 - 6, y: at + 4, size: size, anchor: .end, ink)
    }
    for (value, label) in zip(across.values, across.labels) {
      let at = x(value).rounded() + 0.5
      canvas.line([(at, plot.y0), (at, plot.y1)], lineWidth: 1, grid)
      canvas.text(label, x: at, y: plot.y1 + 15, size: size, anchor: .middle, ink)
    }
    canvas.line(
      [
        (plot.x0 + 0.5, plot.y0), (plot.x0 + 0.5, plot.y1 + 0.5), (plot.x1, plot.y1 + 0.5),
      ], lineWidth: 1, ink)
    canvas.text(
      xLabel, x: (plot.x0 + plot.x1) / 2, y: cell.y1 - 5, size: size + 1, anchor: .middle, ink)
    canvas.text(
      yLabel, x: cell.x0 + 11, y: (plot.y0 + plot.y1) / 2, size: size + 1, anchor: .middle,
      upwards: true, ink)
    let outset = BoundingBox(
      x0: plot.x0 - 2, y0: plot.y0 - 2, x1: plot.x1 + 2, y1: plot.y1 + 2)
    canvas.clipped(to: outset) {
      for (place, line) in series.enumerated() {
        for part in Self.unbroken(line.points) {
          canvas.line(
            part.map { (x($0.x), y($0.y)) }, lineWidth: part.count == 1 ? 5 : 2,
            color(of: place), dash: line.isDashed ? 6 : 0)
        }
      }
    }
    drawLegend(on: canvas, plot: plot, points: points.map { (x($0.x), y($0.y)) }, ink: ink)
  }

  private func color(of place: Int) -> Color {
    series[place].color ?? Self.palette[place % Self.palette.count]
  }

  /// Draws the legend in the corner with the fewest points.
  private func drawLegend(
    on canvas: Canvas, plot: BoundingBox, points: [(x: Double, y: Double)], ink: Color
  ) {
    let named = series.indices.filter { !series[$0].name.isEmpty }
    if named.isEmpty { return }
    let room = (plot.x1 - plot.x0) * 0.8 - 40
    let labels = named.map {
      canvas.wrapped(series[$0].name, width: max(room, 20), size: 11, lineLimit: 1).first ?? ""
    }
    let width = (labels.map { canvas.textWidth($0, size: 11) }.max() ?? 0) + 40
    let height = Double(named.count) * 16 + 8
    let lefts = [plot.x1 - width - 4, plot.x0 + 6]
    let tops = [plot.y0 + 4, plot.y1 - height - 6]
    let corners = lefts.flatMap { left in
      tops.map {
        BoundingBox(x0: left, y0: $0, x1: left + width, y1: $0 + height)
      }
    }
    func crowd(_ area: BoundingBox) -> Int {
      points.count {
        $0.x >= area.x0 - 4 && $0.x <= area.x1 + 4 && $0.y >= area.y0 - 4 && $0.y <= area.y1 + 4
      }
    }
    guard let area = corners.min(by: { crowd($0) < crowd($1) }) else { return }
    canvas.fill(area, .white, alpha: 0.85)
    for (row, place) in named.enumerated() {
      let middle = area.y0 + 4 + 16 * Double(row) + 8
      canvas.line(
        [(area.x0 + 6, middle), (area.x0 + 28, middle)], lineWidth: 2, color(of: place),
        dash: series[place].isDashed ? 6 : 0)
      canvas.text(labels[row], x: area.x0 + 34, y: middle + 4, size: 11, ink)
    }
  }

  private static func span(
    _ given: ClosedRange<Double>?, _ values: [Double], padding: Double
  ) -> ClosedRange<Double> {
    if let given, isDrawable(given) { return given }
    guard let low = values.min(), let high = values.max() else { return 0...1 }
    let room = (high - low) * padding
    if room.isFinite, isDrawable((low - room)...(high + room)) {
      return (low - room)...(high + room)
    }
    // All values are equal, or their difference overflows.
    let half = max(0.5, abs(low) * 1e-6)
    let around = (low - half)...(low + half)
    return isDrawable(around) ? around : 0...1
  }

  private static func isDrawable(_ range: ClosedRange<Double>) -> Bool {
    let width = range.upperBound - range.lowerBound
    return width.isFinite && width > 1e-12 * max(abs(range.lowerBound), abs(range.upperBound))
  }

  private static func unbroken(
    _ points: [(x: Double, y: Double)]
  ) -> [[(x: Double, y: Double)]] {
    points.split { !($0.x.isFinite && $0.y.isFinite) }.map(Array.init)
  }
}
