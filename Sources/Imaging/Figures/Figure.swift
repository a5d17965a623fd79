/// A grid of panels: images, heat maps, plots and tables with titles, boxes and captions.
///
/// Panels keep their proportions; texts are wrapped. Lengths are in units of 1/96 inch, which are pixels at 96 dpi.
public struct Figure: Sendable {
  /// The content of a panel.
  package enum Content: Sendable {
    /// An image with what lies over it.
    case film(Film)
    /// A heat map.
    case map(ScalarImage, MapStyle)
    /// A line plot.
    case plot(LinePlot)
    /// A table of colored cells.
    case matrix(MatrixPlot)
    /// Lines of text; the first is a heading.
    case text([String])
    /// An empty cell.
    case empty
  }

  /// One cell of the figure.
  public struct Panel: Sendable {
    /// The content.
    package var content: Content
    /// The title above, wrapped to at most three lines.
    package var title: String
    /// Boxes in pixels of the image or map.
    package var boxes: [LabeledBox]

    /// Creates a panel.
    package init(_ content: Content, title: String = "", boxes: [LabeledBox] = []) {
      self.content = content
      self.title = title
      self.boxes = boxes
    }
  }

  /// The width of a drawn figure; the panels are scaled to it, text keeps its size.
  public enum Width: Sendable, Hashable {
    /// As the size of the cells gives.
    case natural
    /// In pixels of the PNG file.
    case pixels(Int)
    /// In inches, as a journal states it.
    case inches(Double)
  }

  /// The panels by row; rows may differ in length.
  package var rows: [[Panel]]
  /// A heading for each row; may be empty.
  package var rowTitles: [String] = []
  /// The title of the figure; may be empty.
  package var title: String
  /// A line below the title; may be empty.
  package var subtitle = ""
  /// Paragraphs below the panels.
  package var captions: [String]
  /// The sizes of texts and gaps.
  var style = FigureStyle.standard
  /// The size of a panel's content.
  package var cellSize: (width: Int, height: Int) {
    get { (cellWidth, cellHeight) }
    set { (cellWidth, cellHeight) = newValue }
  }
  private var cellWidth: Int
  private var cellHeight: Int
  /// Pixels per inch, which PNG files state.
  ///
  /// Default: 144.
  public var dpi = 144.0
  /// The width of what is drawn.
  ///
  /// Default: natural.
  public var width = Width.natural

  /// Creates a figure.
  ///
  /// - Parameters:
  ///   - rows: The panels by row; rows may differ in length.
  ///   - title: The title above the panels.
  ///   - captions: Paragraphs below the panels.
  ///   - cellSize: The size of a panel's content, in units of 1/96 inch.
  /// - Precondition: There is at least one panel, and a cell has at least 40 x 40 units.
  public init(
    rows: [[Panel]], title: String = "", captions: [String] = [],
    cellSize: (width: Int, height: Int) = (320, 320)
  ) {
    precondition(rows.contains { !$0.isEmpty }, "a figure needs at least one panel")
    precondition(
      cellSize.width >= 40 && cellSize.height >= 40,
      "a cell has at least 40 x 40 units, not \(cellSize)")
    self.rows = rows
    self.title = title
    self.captions = captions
    cellWidth = cellSize.width
    cellHeight = cellSize.height
  }

  /// Draws the figure as an RGB image.
  public func drawn() -> PixelBuffer {
    let (layout, size) = placed()
    let canvas = RasterCanvas(width: size.width, height: size.height, scale: size.scale)
    layout.draw(on: canvas)
    return canvas.finished()
  }

  /// Draws the figure as an SVG document: text, lines and boxes are vectors, images are embedded PNG files.
  public func svg() -> String {
    let layout = placed().layout
    let canvas = SVGCanvas(width: layout.width, height: layout.height)
    layout.draw(on: canvas)
    return canvas.finished()
  }

  /// Draws the figure as the bytes of a PNG file.
  package func png() throws(ImageFileError) -> [UInt8] {
    try PNG.encode(figure: drawn(), dpi: dpi)
  }

  /// Writes the figure as a PNG, SVG or JPEG file, as the extension of the path says.
  ///
  /// - Throws: `ImageFileError`.
  public func write(to path: String) throws(ImageFileError) {
    switch FileBytes.suffix(of: path) {
    case "svg": try FileBytes.write(Array(svg().utf8), to: path)
    case "png": try FileBytes.write(try png(), to: path)
    case "jpg", "jpeg": try drawn().write(to: path)
    case let other:
      throw ImageFileError(
        .unknownExtension(other, known: ["png", "svg", "jpg", "jpeg"]), file: path)
    }
  }

  /// The layout, and the size of its image in pixels.
  private func placed() -> (layout: FigureLayout, size: (width: Int, height: Int, scale: Double)) {
    let resolution = min(max(dpi.isFinite ? dpi : 96, 10), 2400)
    let pixels: Int?
    let layout: FigureLayout
    switch width {
    case .natural: (pixels, layout) = (nil, FigureLayout(self))
    case .pixels(let count):
      let columns = min(max(count, 1), Self.pixelLimit)
      pixels = columns
      layout = FigureLayout(self, width: Double(columns) / resolution * 96)
    case .inches(let inches):
      let columns = min(max((inches * resolution).rounded(), 1), Double(Self.pixelLimit))
      pixels = columns.isFinite ? Int(columns) : nil
      layout = FigureLayout(self, width: inches * 96)
    }
    var scale = pixels.map { Double($0) / layout.width } ?? resolution / 96
    // Cairo and viewers have limits; a figure of hundreds of rows is drawn smaller.
    let longest = Double(Self.pixelLimit)
    scale = min(scale, longest / layout.height, longest / layout.width)
    let size = (
      width: max(Int((layout.width * scale).rounded()), 1),
      height: max(Int((layout.height * scale).rounded(.up)), 1), scale: scale
    )
    return (layout, size)
  }

  private static let pixelLimit = 20_000
}
