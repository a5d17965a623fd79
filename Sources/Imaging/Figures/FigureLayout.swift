/// The positions of the parts of a figure, and their drawing.
struct FigureLayout {
  private struct Row {
    var titles: [[String]]
    var top: Double
    var titleHeight: Double
    var contentHeight: Double
    var footHeight: Double
  }

  private static let margin = 24.0
  private static let gap = 20.0
  private static let titleSize = 14.0
  private static let headSize = 20.0
  private static let captionSize = 12.0
  private static let ink = Color(red: 26, green: 28, blue: 33)
  private static let quiet = Color(red: 92, green: 96, blue: 105)

  let width: Int
  let height: Int
  private let figure: Figure
  private let headLines: [String]
  private let captionLines: [String]
  private let rows: [Row]
  private let captionTop: Double

  init(_ figure: Figure) {
    self.figure = figure
    let cell = figure.cellSize
    let columns = Double(figure.rows.map(\.count).max() ?? 1)
    let full =
      columns * Double(cell.width) + (columns - 1) * Self.gap + 2 * Self.margin
    let measure = Canvas(width: 1, height: 1)
    let textWidth = full - 2 * Self.margin
    headLines =
      figure.title.isEmpty
      ? []
      : measure.wrapped(figure.title, width: textWidth, size: Self.headSize, bold: true)
    captionLines = figure.captions.flatMap {
      measure.wrapped($0, width: textWidth, size: Self.captionSize, lineLimit: 4)
    }
    var y = Self.margin + Double(headLines.count) * Self.headSize * 1.3
    if !headLines.isEmpty { y += 8 }
    var rows: [Row] = []
    for panels in figure.rows {
      let titles = panels.map { panel in
        panel.title.isEmpty
          ? []
          : measure.wrapped(
            panel.title, width: Double(cell.width), size: Self.titleSize, bold: true)
      }
      let lines = Double(titles.map(\.count).max() ?? 0)
      let tallest = panels.map { Self.fitted($0.content, cell).height }.max() ?? 0
      let row = Row(
        titles: titles, top: y, titleHeight: lines > 0 ? lines * Self.titleSize * 1.3 + 6 : 0,
        contentHeight: Double(tallest), footHeight: panels.contains(where: Self.hasBar) ? 34 : 0)
      y += row.titleHeight + row.contentHeight + row.footHeight + Self.gap
      rows.append(row)
    }
    self.rows = rows
    captionTop = y
    if captionLines.isEmpty {
      y += Self.margin - Self.gap
    } else {
      y += Double(captionLines.count) * Self.captionSize * 1.45 + Self.margin - 8
    }
    width = Int(full)
    height = Int(y.rounded(.up))
  }

  func draw(on canvas: Canvas) {
    var y = Self.margin
    for line in headLines {
      canvas.text(
        line, x: Double(width) / 2, y: y + Self.headSize * 0.95, size: Self.headSize, bold: true,
        anchor: .middle, Self.ink)
      y += Self.headSize * 1.3
    }
    for (panels, row) in zip(figure.rows, rows) {
      for (column, panel) in panels.enumerated() {
        let left = Self.margin + Double(column) * (Double(figure.cellSize.width) + Self.gap)
        draw(panel, titles: row.titles[column], row: row, left: left, on: canvas)
      }
    }
    y = captionTop
    for line in captionLines {
      canvas.text(
        line, x: Self.margin, y: y + Self.captionSize, size: Self.captionSize, Self.quiet)
      y += Self.captionSize * 1.45
    }
  }

  private func draw(
    _ panel: Figure.Panel, titles: [String], row: Row, left: Double, on canvas: Canvas
  ) {
    let middle = left + Double(figure.cellSize.width) / 2
    // Titles are aligned at the bottom, next to the image.
    var baseline =
      row.top + row.titleHeight - 6 - Double(titles.count) * Self.titleSize * 1.3
      + Self.titleSize
    for line in titles {
      canvas.text(
        line, x: middle, y: baseline, size: Self.titleSize, bold: true, anchor: .middle, Self.ink)
      baseline += Self.titleSize * 1.3
    }
    let fitted = Self.fitted(panel.content, figure.cellSize)
    let x = Int(middle) - fitted.width / 2
    let top = Int(row.top + row.titleHeight)
    let area = BoundingBox(
      x0: Double(x), y0: Double(top), x1: Double(x + fitted.width),
      y1: Double(top + fitted.height))
    let size: (width: Int, height: Int)
    switch panel.content {
    case .empty: return
    case .plot(let plot):
      plot.draw(on: canvas, within: area)
      return
    case .image(let image):
      canvas.image(
        image.shown(width: fitted.width, height: fitted.height), x: x, y: top)
      size = (image.width, image.height)
    case .map(let map, let style):
      canvas.image(
        Self.colored(map, style, width: fitted.width, height: fitted.height), x: x, y: top)
      size = (map.width, map.height)
      if style.showsColorBar {
        drawBar(
          map, style, area: area, below: Double(top) + row.contentHeight, on: canvas)
      }
    }
    let toPage = ImageGeometry(
      scaleX: Double(fitted.width) / Double(size.width),
      scaleY: Double(fitted.height) / Double(size.height), offsetX: area.x0, offsetY: area.y0)
    let line = max(2, Double(figure.cellSize.width) / 140)
    for var labeled in panel.boxes {
      labeled.box = toPage.source(labeled.box)
      canvas.draw(labeled, within: area, lineWidth: line, textSize: 12 + line)
    }
  }

  private func drawBar(
    _ map: ScalarImage, _ style: Figure.MapStyle, area: BoundingBox, below: Double,
    on canvas: Canvas
  ) {
    let width = Int(area.x1 - area.x0)
    let ramp = ScalarImage(
      width: width, height: 1, values: (0..<width).map { Float($0) / Float(max(width - 1, 1)) })
    let strip = style.colormap.image(of: ramp, range: 0...1)
    let bar = strip.resized(width: width, height: 10, resampling: .nearest)
    canvas.image(bar, x: Int(area.x0), y: Int(below) + 6)
    let range = style.range ?? map.extremes ?? 0...0
    let low = style.words?.low ?? TickMarks.label(Double(range.lowerBound), step: 0.001)
    let high = style.words?.high ?? TickMarks.label(Double(range.upperBound), step: 0.001)
    let baseline = below + 6 + 10 + 13
    canvas.text(low, x: area.x0, y: baseline, size: 11, Self.quiet)
    let room = area.x1 - area.x0 - canvas.textWidth(low, size: 11) - 12
    let shortened = canvas.wrapped(high, width: max(room, 20), size: 11, lineLimit: 1)
    canvas.text(
      shortened.first ?? "", x: area.x1, y: baseline, size: 11, anchor: .end, Self.quiet)
  }

  private static func colored(
    _ map: ScalarImage, _ style: Figure.MapStyle, width: Int, height: Int
  ) -> PixelBuffer {
    let scaled = map.normalized(to: style.range)
    switch style.interpolation {
    case .bilinear:
      return style.colormap.image(
        of: scaled.upsampled(width: width, height: height), range: 0...1)
    case .nearest:
      let small = style.colormap.image(of: scaled, range: 0...1)
      return small.resized(width: width, height: height, resampling: .nearest)
    }
  }

  private static func hasBar(_ panel: Figure.Panel) -> Bool {
    if case .map(_, let style) = panel.content { return style.showsColorBar }
    return false
  }

  /// The largest size with the content's aspect ratio that fits into a cell.
  private static func fitted(
    _ content: Figure.Content, _ cell: (width: Int, height: Int)
  ) -> (width: Int, height: Int) {
    let size: (width: Int, height: Int)
    switch content {
    case .image(let image): size = (image.width, image.height)
    case .map(let map, _): size = (map.width, map.height)
    case .plot: return cell
    case .empty: return (0, 0)
    }
    let scale = min(
      Double(cell.width) / Double(size.width), Double(cell.height) / Double(size.height))
    return (
      max(1, Int((Double(size.width) * scale).rounded())),
      max(1, Int((Double(size.height) * scale).rounded()))
    )
  }
}

extension PixelBuffer {
  /// Resizes to the size of a panel; images that grow by 8 or more show square pixels.
  fileprivate func shown(width newWidth: Int, height newHeight: Int) -> PixelBuffer {
    resized(
      width: newWidth, height: newHeight,
      resampling: newWidth >= 8 * width ? .nearest : .bilinear)
  }
}
