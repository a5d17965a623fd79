import Glibc

/// The axes of a plot: ranges, ticks and the area of the data on the page.
package struct PlotAxes {
  static let textSize = 10.5
  static let labelSize = 11.5

  /// The area of the data.
  package let area: BoundingBox
  /// The range of the x axis.
  package let xRange: ClosedRange<Double>
  /// The range of the y axis.
  package let yRange: ClosedRange<Double>
  private let across: TickMarks
  private let down: TickMarks
  private let xScale: LinePlot.Scale
  private let yScale: LinePlot.Scale

  /// Places the axes of a plot in a cell of the page; nil if the cell is too small.
  package init?(_ plot: LinePlot, within cell: BoundingBox) {
    (xScale, yScale) = (plot.xScale, plot.yScale)
    let points = plot.series.flatMap(\.points).filter(plot.isDrawable)
    let band = plot.series.flatMap(\.band).flatMap { [$0.low, $0.high] }.filter(\.isFinite)
    let bars = plot.series.filter { $0.style == .bars }
    let step = bars.compactMap { Self.step($0.points.map(\.x)) }.min() ?? 1
    var xs = points.map(\.x)
    if !bars.isEmpty, let low = xs.min(), let high = xs.max() {
      xs += [low - step / 2, high + step / 2]
    }
    xRange = Self.span(plot.xRange, xs, xScale, padding: 0)
    yRange = Self.span(
      plot.yRange, points.map(\.y) + band + (bars.isEmpty ? [] : [0]), yScale,
      padding: bars.isEmpty ? 0.05 : 0, above: bars.isEmpty ? 0 : 0.05)
    down = TickMarks(yRange, about: max(2, Int(cell.height / 45)), yScale)
    let widest =
      down.labels.map { TextRuler.width(of: $0, size: Self.textSize, bold: false) }.max() ?? 0
    // Half of the last label hangs over the end of the axis.
    let (left, right) = (
      cell.x0 + widest + 8 + (plot.yLabel.isEmpty ? 0 : Self.labelSize + 6),
      cell.x1 - 12 - plot.roomForNames(in: cell)
    )
    let (top, bottom) = (
      cell.y0 + 6, cell.y1 - 20 - (plot.xLabel.isEmpty ? 0 : Self.labelSize + 6)
    )
    guard right > left + 10, bottom > top + 10 else { return nil }
    var (width, height) = (right - left, bottom - top)
    if plot.hasEqualAspect {
      let (spanX, spanY) = (
        xRange.upperBound - xRange.lowerBound, yRange.upperBound - yRange.lowerBound
      )
      let unit = min(width / spanX, height / spanY)
      (width, height) = (max(unit * spanX, 10), max(unit * spanY, 10))
    }
    area = BoundingBox(
      x0: left.rounded() + 0.5, y0: (bottom - height).rounded() + 0.5,
      x1: (left + width).rounded() + 0.5, y1: bottom.rounded() + 0.5)
    let areWhole = plot.xRange == nil && xs.allSatisfy { $0 == $0.rounded() }
    across = TickMarks(
      xRange, about: max(2, Int(width / 50)), xScale, smallestStep: areWhole ? 1 : 0)
  }

  func x(_ value: Double) -> Double { area.x0 + Self.share(value, xRange, xScale) * area.width }

  func y(_ value: Double) -> Double { area.y1 - Self.share(value, yRange, yScale) * area.height }

  /// The position in a range; values far outside are moved to where Cairo can draw.
  private static func share(
    _ value: Double, _ range: ClosedRange<Double>, _ scale: LinePlot.Scale
  ) -> Double {
    let (at, low, high) = (
      scale.place(value), scale.place(range.lowerBound), scale.place(range.upperBound)
    )
    return min(max((at - low) / (high - low), -100), 100)
  }

  /// Draws the grid, below the data.
  func drawGrid(on canvas: any Canvas) {
    for value in down.values where value != yRange.lowerBound {
      let at = y(value).rounded() + 0.5
      canvas.line([(area.x0, at), (area.x1, at)], lineWidth: 1, Ink.grid)
    }
    for value in across.values where value != xRange.lowerBound {
      let at = x(value).rounded() + 0.5
      canvas.line([(at, area.y0), (at, area.y1)], lineWidth: 1, Ink.grid)
    }
  }

  /// Draws the axes with their ticks and labels, above the data.
  func drawAxes(of plot: LinePlot, in cell: BoundingBox, on canvas: any Canvas) {
    for (value, label) in zip(down.values, down.labels) {
      let at = y(value).rounded() + 0.5
      canvas.line([(area.x0 - 4, at), (area.x0, at)], lineWidth: 1, Ink.axis)
      canvas.text(
        label, x: area.x0 - 7, y: at + Self.textSize * 0.36, size: Self.textSize, anchor: .end,
        Ink.text)
    }
    for (value, label) in zip(across.values, across.labels) {
      let at = x(value).rounded() + 0.5
      canvas.line([(at, area.y1), (at, area.y1 + 4)], lineWidth: 1, Ink.axis)
      canvas.text(
        label, x: at, y: area.y1 + 7 + Self.textSize * 0.8, size: Self.textSize, anchor: .middle,
        Ink.text)
    }
    canvas.line(
      [(area.x0, area.y0), (area.x0, area.y1), (area.x1, area.y1)], lineWidth: 1, Ink.axis)
    let size = Self.labelSize
    canvas.text(
      TextRuler.shortened(plot.xLabel, width: cell.width, size: size),
      x: (area.x0 + area.x1) / 2, y: area.y1 + 20 + size, size: size, anchor: .middle, Ink.text)
    canvas.text(
      TextRuler.shortened(plot.yLabel, width: cell.height, size: size), x: cell.x0 + size,
      y: (area.y0 + area.y1) / 2, size: size, anchor: .middle, upwards: true, Ink.text)
  }

  /// The smallest distance of neighboring values.
  static func step(_ values: [Double]) -> Double? {
    let sorted = values.filter(\.isFinite).sorted()
    return zip(sorted.dropFirst(), sorted).map { $0 - $1 }.filter { $0 > 0 }.min()
  }

  private static func span(
    _ given: ClosedRange<Double>?, _ values: [Double], _ scale: LinePlot.Scale, padding: Double,
    above: Double = 0
  ) -> ClosedRange<Double> {
    if let given, isDrawable(given), scale == .linear || given.lowerBound > 0 { return given }
    if scale == .log {
      let places = values.filter { $0 > 0 }.map(scale.place)
      guard let low = places.min(), let high = places.max() else { return 1...10 }
      let room = high > low ? (high - low) * padding : 0.5
      let range = scale.value(low - room)...scale.value(high + room)
      return isDrawable(range) && range.lowerBound > 0 ? range : 1...10
    }
    guard let low = values.min(), let high = values.max() else { return 0...1 }
    let room = high - low
    if room.isFinite {
      let padded = (low - room * padding)...(high + room * (padding + above))
      if isDrawable(padded) { return padded }
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
}

extension LinePlot.Scale {
  /// The position of a value along the axis, in any unit.
  func place(_ value: Double) -> Double {
    self == .linear ? value : value > 0 ? Glibc.log10(value) : -.infinity
  }

  /// The value at a position.
  func value(_ place: Double) -> Double { self == .log ? Glibc.pow(10, place) : place }
}

/// The colors of text and lines of figures.
enum Ink {
  static let strong = Color(red: 24, green: 27, blue: 33)
  static let text = Color(red: 58, green: 63, blue: 72)
  static let quiet = Color(red: 96, green: 102, blue: 112)
  static let axis = Color(red: 118, green: 124, blue: 134)
  static let grid = Color(red: 230, green: 232, blue: 236)
  static let paper = Color(red: 243, green: 244, blue: 246)
}
