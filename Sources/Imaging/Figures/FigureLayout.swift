/// The sizes of a figure's texts and gaps.
struct FigureStyle: Sendable, Equatable {
  var gap = 20.0
  var titleSize = 12.0
  var hasBoldTitles = true
  var titleLines = 3

  static let standard = FigureStyle()
  /// Small titles and gaps, for thumbnails.
  static let sheet = FigureStyle(gap: 12, titleSize: 9.5, hasBoldTitles: false, titleLines: 4)
}

/// The positions of the parts of a figure.
struct FigureLayout {
  /// The positions in one row.
  struct Row {
    var heading: String
    var titles: [[String]]
    var top: Double
    var headingHeight: Double
    var titleHeight: Double
    var contentHeight: Double
    var footHeight: Double
  }

  static let margin = 24.0
  static let headSize = 17.0
  static let subtitleSize = 13.0
  static let headingSize = 13.0
  static let captionSize = 10.5
  static let lineHeight = 1.3
  static let captionLineHeight = 1.5

  let figure: Figure
  let width: Double
  let height: Double
  let headLines: [String]
  let subtitleLines: [String]
  let captionLines: [String]
  let rows: [Row]
  let columnLefts: [Double]
  let columnWidths: [Double]
  let captionTop: Double
  private let cell: (width: Double, height: Double)

  /// Places a figure whose panels are as wide as its cells.
  init(_ figure: Figure) {
    self.init(figure, cell: (Double(figure.cellSize.width), Double(figure.cellSize.height)))
  }

  /// Places a figure with panels that fit a total width.
  init(_ figure: Figure, width target: Double) {
    var cell = (width: Double(figure.cellSize.width), height: Double(figure.cellSize.height))
    let aspect = cell.height / cell.width
    var layout = FigureLayout(figure, cell: cell)
    // Columns can be narrower than cells, so the width is not linear in that of a cell.
    for _ in 0..<4 {
      let content = layout.columnWidths.reduce(0, +)
      let room = target - (layout.width - content)
      guard target.isFinite, abs(layout.width - target) > 0.25 else { break }
      cell.width = min(max(cell.width * room / max(content, 1), 40), 20_000)
      cell.height = max(cell.width * aspect, 40)
      layout = FigureLayout(figure, cell: cell)
    }
    self = layout
  }

  private init(_ figure: Figure, cell: (width: Double, height: Double)) {
    self.figure = figure
    self.cell = cell
    let columns = figure.rows.map(\.count).max() ?? 1
    var widths = [Double](repeating: 0, count: columns)
    for row in figure.rows {
      for (column, panel) in row.enumerated() {
        widths[column] = max(widths[column], Self.fitted(panel.content, cell).width)
      }
    }
    // A column of text, or of narrow images, keeps room for titles.
    widths = widths.map { $0 == 0 ? cell.width : max($0, 0.5 * cell.width).rounded() }
    columnWidths = widths
    columnLefts = widths.indices.map {
      Self.margin + widths[..<$0].reduce(0) { $0 + $1 + figure.style.gap }
    }
    // A narrow figure still has room for its texts.
    let full = widths.reduce(0) { $0 + $1 + figure.style.gap } - figure.style.gap + 2 * Self.margin
    let textWidth = full - 2 * Self.margin
    headLines =
      figure.title.isEmpty
      ? []
      : TextRuler.wrapped(figure.title, width: textWidth, size: Self.headSize, bold: true)
    subtitleLines =
      figure.subtitle.isEmpty
      ? [] : TextRuler.wrapped(figure.subtitle, width: textWidth, size: Self.subtitleSize)
    // Longer lines are tiring to read.
    captionLines = figure.captions.flatMap {
      TextRuler.wrapped($0, width: min(textWidth, 900), size: Self.captionSize, lineLimit: 8)
    }
    var y = Self.margin + Double(headLines.count) * Self.headSize * Self.lineHeight
    y += Double(subtitleLines.count) * Self.subtitleSize * Self.lineHeight
    if !subtitleLines.isEmpty { y += 2 }
    if !headLines.isEmpty || !subtitleLines.isEmpty { y += 10 }
    var rows: [Row] = []
    for (number, panels) in figure.rows.enumerated() {
      let titles = panels.enumerated().map { column, panel in
        panel.title.isEmpty
          ? []
          : TextRuler.wrapped(
            panel.title, width: widths[column], size: figure.style.titleSize,
            bold: figure.style.hasBoldTitles, lineLimit: figure.style.titleLines)
      }
      let lines = Double(titles.map(\.count).max() ?? 0)
      let tallest = panels.map { Self.fitted($0.content, cell).height }.max() ?? 0
      let heading = number < figure.rowTitles.count ? figure.rowTitles[number] : ""
      let row = Row(
        heading: heading, titles: titles, top: y,
        headingHeight: heading.isEmpty ? 0 : Self.headingSize + 14,
        titleHeight: lines > 0
          ? (lines * figure.style.titleSize * Self.lineHeight + 5).rounded() : 0,
        contentHeight: tallest, footHeight: panels.contains(where: \.hasColorBar) ? 32 : 0)
      y +=
        row.headingHeight + row.titleHeight + row.contentHeight + row.footHeight + figure.style.gap
      rows.append(row)
    }
    self.rows = rows
    captionTop = y - 2
    if captionLines.isEmpty {
      y += Self.margin - figure.style.gap
    } else {
      y +=
        Double(captionLines.count) * Self.captionSize * Self.captionLineHeight + Self.margin - 10
    }
    width = full
    height = y.rounded(.up)
  }

  /// The area of a panel's content.
  func area(of panel: Figure.Panel, row: Int, column: Int) -> BoundingBox {
    let size = Self.fitted(panel.content, cell)
    let place = rows[row]
    let top = (place.top + place.headingHeight + place.titleHeight).rounded()
    // Images start where their titles do.
    let left = columnLefts[column]
    let width = columnWidths[column]
    return BoundingBox(
      x0: left, y0: top, x1: left + (panel.content.isText ? width : min(size.width, width)),
      y1: top + size.height)
  }

  /// The largest size with the content's proportions that fits into a cell.
  private static func fitted(
    _ content: Figure.Content, _ cell: (width: Double, height: Double)
  ) -> (width: Double, height: Double) {
    let size: (width: Double, height: Double)
    switch content {
    case .film(let film): size = film.proportions
    case .map(let map, _): size = (Double(map.width), Double(map.height))
    case .plot: return cell
    case .matrix(let matrix): return matrix.size(within: cell)
    case .text, .empty: return (0, 0)
    }
    let scale = min(cell.width / size.width, cell.height / size.height)
    return (max(1, (size.width * scale).rounded()), max(1, (size.height * scale).rounded()))
  }
}

extension Figure.Panel {
  /// Whether a color bar is drawn below.
  var hasColorBar: Bool {
    switch content {
    case .film(let film): film.hasColorBar
    case .map(_, let style): style.showsColorBar
    default: false
    }
  }
}

extension Figure.Content {
  var isText: Bool { if case .text = self { true } else { false } }
}
