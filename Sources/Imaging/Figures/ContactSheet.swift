/// Pages with the thumbnails of many images.
///
///     var sheet = ContactSheet(to: "films.png", title: "Test films with a pneumothorax")
///     for film in films { try sheet.add(panel(film)) }
///     let pages = try sheet.finish()
///
/// Panels are reduced to thumbnails as they come and pages are written when they are full, so memory does not depend on
/// the number of images.
public struct ContactSheet {
  /// The paths of the pages that have been written.
  public private(set) var pages: [String] = []
  private let path: String
  private let title: String
  private let columns: Int
  private let rows: Int
  private let cell: Int
  private let dpi: Double
  private let captions: [String]
  private var panels: [Figure.Panel] = []
  private var count = 0

  /// Creates a sheet.
  ///
  /// - Parameters:
  ///   - path: The file of the first page, `.png`, `.svg` or `.jpg`; further pages have a number before the extension.
  ///   - title: The title of each page.
  ///   - columns: The thumbnails in a row.
  ///   - rows: The rows of a page.
  ///   - cellSize: The longer side of a thumbnail, in units of 1/96 inch.
  ///   - dpi: Pixels per inch.
  ///   - captions: Paragraphs below the thumbnails of each page.
  /// - Precondition: There are columns and rows, and thumbnails have at least 40 units.
  public init(
    to path: String, title: String = "", columns: Int = 6, rows: Int = 7, cellSize: Int = 160,
    dpi: Double = 144, captions: [String] = []
  ) {
    precondition(
      columns > 0 && rows > 0 && cellSize >= 40,
      "a sheet has no \(columns) columns and \(rows) rows of thumbnails of \(cellSize) units")
    self.path = path
    self.title = title
    self.columns = columns
    self.rows = rows
    self.cell = cellSize
    self.dpi = dpi
    self.captions = captions
  }

  /// Adds a thumbnail; a full page is written.
  ///
  /// - Throws: `ImageFileError` if a page cannot be written.
  public mutating func add(_ panel: Figure.Panel) throws(ImageFileError) {
    if panels.count == columns * rows { try writePage(isLast: false) }
    panels.append(panel.reduced(to: Int((Double(cell) * max(dpi, 96) / 96).rounded())))
    count += 1
  }

  /// Writes the last page and returns the paths of all pages; none if no thumbnail was added.
  ///
  /// - Throws: `ImageFileError` if the page cannot be written.
  public mutating func finish() throws(ImageFileError) -> [String] {
    if !panels.isEmpty { try writePage(isLast: true) }
    return pages
  }

  private mutating func writePage(isLast: Bool) throws(ImageFileError) {
    let first = count - panels.count + 1
    var rows: [[Figure.Panel]] = []
    for start in stride(from: 0, to: panels.count, by: columns) {
      rows.append(Array(panels[start..<min(start + columns, panels.count)]))
    }
    // A last page with few thumbnails is as wide as the others.
    if !pages.isEmpty {
      rows[0] += (rows[0].count..<columns).map { _ in Figure.Panel(.empty) }
    }
    var figure = Figure(rows: rows, title: title, captions: captions, cellSize: (cell, cell))
    figure.style = .sheet
    figure.dpi = dpi
    if !(isLast && pages.isEmpty) {
      figure.subtitle = "\(first) to \(count)\(isLast ? " of \(count)" : "")"
    }
    let page = Self.path(path, page: pages.count + 1)
    try figure.write(to: page)
    pages.append(page)
    panels.removeAll()
  }

  private static func path(_ path: String, page: Int) -> String {
    if page == 1 { return path }
    let slash = path.lastIndex(of: "/") ?? path.startIndex
    guard let dot = path[slash...].lastIndex(of: ".") else { return "\(path)-\(page)" }
    return path[..<dot] + "-\(page)" + path[dot...]
  }
}

extension Figure.Panel {
  /// The panel with its image, drawn with the map, in the size of a thumbnail; boxes and outlines are scaled.
  func reduced(to size: Int) -> Figure.Panel {
    guard case .film(var film) = content else { return self }
    let (columns, rows) = (Double(film.image.width), Double(film.image.height))
    let scale = Double(size) / max(columns, rows * film.marks.pixelAspect)
    let width = max(Int((columns * scale).rounded()), 1)
    let height = max(Int((rows * scale * film.marks.pixelAspect).rounded()), 1)
    let (scaleX, scaleY) = (Double(width) / columns, Double(height) / rows)
    film.image = film.pixels(width, height, FilmCache())
    film.layer = .none
    film.map = nil
    film.outline = film.outline?.scaled(x: scaleX, y: scaleY)
    film.marks.spacing = nil
    var panel = self
    panel.content = .film(film)
    panel.boxes = boxes.map { labeled in
      var moved = labeled
      moved.box = BoundingBox(
        x0: labeled.box.x0 * scaleX, y0: labeled.box.y0 * scaleY, x1: labeled.box.x1 * scaleX,
        y1: labeled.box.y1 * scaleY)
      return moved
    }
    return panel
  }
}
