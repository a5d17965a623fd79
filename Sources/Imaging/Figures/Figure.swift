/// A grid of panels: images, heat maps and plots with titles, boxes and captions.
///
/// Panels keep their aspect ratio; titles are wrapped to the width of their cell.
public struct Figure: Sendable {
  /// The content of a panel.
  package enum Content: Sendable {
    /// An image.
    case image(PixelBuffer)
    /// A heat map.
    case map(ScalarImage, MapStyle)
    /// A line plot.
    case plot(LinePlot)
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

    /// Creates a panel with an image; the boxes are in pixels of the image.
    public static func image(
      _ image: PixelBuffer, title: String = "", boxes: [LabeledBox] = []
    ) -> Panel {
      Panel(.image(image), title: title, boxes: boxes)
    }

    /// Creates a panel with a heat map and a color bar.
    ///
    /// - Parameters:
    ///   - map: The heat map.
    ///   - colormap: The colors.
    ///   - range: The values at the ends of the colormap. Default: the range of the map.
    ///   - title: The title above, wrapped to at most three lines.
    ///   - boxes: Boxes in pixels of the map.
    /// - Returns: The panel.
    public static func map(
      _ map: ScalarImage, colormap: Colormap = .magma, range: ClosedRange<Float>? = nil,
      title: String = "", boxes: [LabeledBox] = []
    ) -> Panel {
      self.map(
        map, style: MapStyle(colormap: colormap, range: range), title: title, boxes: boxes)
    }

    /// Creates a panel with a heat map in a style.
    package static func map(
      _ map: ScalarImage, style: MapStyle, title: String = "", boxes: [LabeledBox] = []
    ) -> Panel {
      Panel(.map(map, style), title: title, boxes: boxes)
    }

    /// Creates a panel with a line plot.
    public static func plot(_ plot: LinePlot, title: String = "") -> Panel {
      Panel(.plot(plot), title: title)
    }
  }

  /// The panels by row; rows may differ in length.
  package var rows: [[Panel]]
  /// The title of the figure; may be empty.
  package var title: String
  /// Paragraphs below the panels.
  package var captions: [String]
  /// The size of a panel's content, in pixels.
  package var cellSize: (width: Int, height: Int) {
    get { (cellWidth, cellHeight) }
    set { (cellWidth, cellHeight) = newValue }
  }
  private var cellWidth: Int
  private var cellHeight: Int

  /// Creates a figure.
  ///
  /// - Parameters:
  ///   - rows: The panels by row; rows may differ in length.
  ///   - title: The title above the panels.
  ///   - captions: Paragraphs below the panels.
  ///   - cellSize: The size of a panel's content, in pixels.
  /// - Precondition: There is at least one panel, and a cell has at least 40 x 40 pixels.
  public init(
    rows: [[Panel]], title: String = "", captions: [String] = [],
    cellSize: (width: Int, height: Int) = (320, 320)
  ) {
    precondition(rows.contains { !$0.isEmpty }, "a figure needs at least one panel")
    precondition(
      cellSize.width >= 40 && cellSize.height >= 40,
      "a cell has at least 40 x 40 pixels, not \(cellSize)")
    self.rows = rows
    self.title = title
    self.captions = captions
    cellWidth = cellSize.width
    cellHeight = cellSize.height
  }

  /// Draws the figure as an RGB image.
  public func drawn() -> PixelBuffer {
    let layout = FigureLayout(self)
    let canvas = Canvas(width: layout.width, height: layout.height)
    layout.draw(on: canvas)
    return canvas.finished()
  }

  /// Writes the figure as a PNG or JPEG file, as the extension of the path says.
  ///
  /// - Throws: `ImageFileError`.
  public func write(to path: String) throws(ImageFileError) {
    try drawn().write(to: path)
  }
}
