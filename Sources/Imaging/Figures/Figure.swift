/// A page of panels in rows: images, heat maps and plots with titles, boxes and captions.
///
/// Panels keep their shape within a cell; titles are wrapped to the cell's width, so that they
/// never run into each other.
public struct Figure: Sendable {
  /// How a map is drawn.
  public struct MapStyle: Sendable, Equatable {
    /// The colors.
    public var colormap: Colormap
    /// The values at the ends of the colors; the map's own extremes by default.
    public var range: ClosedRange<Float>?
    /// Nearest shows the cells as they are; bilinear as the overlays do.
    public var interpolation: MapInterpolation
    /// Whether a bar under the map tells what the colors mean.
    public var showsColorBar: Bool
    /// What the low and the high end mean; numbers when nil.
    public var words: (low: String, high: String)? {
      get { lowWord.flatMap { low in highWord.map { (low, $0) } } }
      set {
        lowWord = newValue?.low
        highWord = newValue?.high
      }
    }
    private var lowWord: String?
    private var highWord: String?

    /// Makes a style; every part has a default.
    public init(
      colormap: Colormap = .magma, range: ClosedRange<Float>? = nil,
      interpolation: MapInterpolation = .nearest, showsColorBar: Bool = true,
      words: (low: String, high: String)? = nil
    ) {
      self.colormap = colormap
      self.range = range
      self.interpolation = interpolation
      self.showsColorBar = showsColorBar
      self.words = words
    }
  }

  /// What a panel shows.
  public enum Content: Sendable {
    /// An image.
    case image(PixelBuffer)
    /// A map of numbers in colors.
    case map(ScalarImage, MapStyle)
    /// Lines over axes.
    case plot(LinePlot)
    /// Nothing: a gap in the grid.
    case empty
  }

  /// One cell of the figure.
  public struct Panel: Sendable {
    /// What it shows.
    public var content: Content
    /// The text above it; long ones are wrapped to at most three lines.
    public var title: String
    /// Boxes in the image's or map's own pixels.
    public var boxes: [LabeledBox]

    /// Makes a panel.
    public init(_ content: Content, title: String = "", boxes: [LabeledBox] = []) {
      self.content = content
      self.title = title
      self.boxes = boxes
    }

    /// A panel that shows an image.
    public static func image(
      _ image: PixelBuffer, title: String = "", boxes: [LabeledBox] = []
    ) -> Panel {
      Panel(.image(image), title: title, boxes: boxes)
    }

    /// A panel that shows a map.
    public static func map(
      _ map: ScalarImage, style: MapStyle = MapStyle(), title: String = "", boxes: [LabeledBox] = []
    ) -> Panel {
      Panel(.map(map, style), title: title, boxes: boxes)
    }

    /// A panel that shows lines over axes.
    public static func plot(_ plot: LinePlot, title: String = "") -> Panel {
      Panel(.plot(plot), title: title)
    }
  }

  /// The panels, row by row; rows may differ in length.
  public var rows: [[Panel]]
  /// The text above all, if any.
  public var title: String
  /// Lines below all: what the reader must know to read the figure rightly.
  public var captions: [String]
  /// The room for one panel's content, in pixels.
  public var cellSize: (width: Int, height: Int) {
    get { (cellWidth, cellHeight) }
    set { (cellWidth, cellHeight) = newValue }
  }
  private var cellWidth: Int
  private var cellHeight: Int

  /// Makes a figure.
  ///
  /// - Precondition: There is a panel, and a cell is at least 40 pixels wide and high.
  public init(
    rows: [[Panel]], title: String = "", captions: [String] = [],
    cellSize: (width: Int, height: Int) = (320, 320)
  ) {
    precondition(rows.contains { !$0.isEmpty }, "a figure needs at least one panel")
    precondition(
      cellSize.width >= 40 && cellSize.height >= 40, "a cell of \(cellSize) is too small to read")
    self.rows = rows
    self.title = title
    self.captions = captions
    cellWidth = cellSize.width
    cellHeight = cellSize.height
  }

  /// The figure as an RGB image.
  public func drawn() -> PixelBuffer {
    let layout = FigureLayout(self)
    let canvas = Canvas(width: layout.width, height: layout.height)
    layout.draw(on: canvas)
    return canvas.finished()
  }

  /// Draws the figure into a PNG file.
  ///
  /// - Throws: `ImageFileError`, naming the file.
  public func write(to path: String) throws(ImageFileError) {
    try PNG.write(drawn(), to: path)
  }
}
