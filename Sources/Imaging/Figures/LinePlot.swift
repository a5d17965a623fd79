/// A plot with two axes: loss by epoch, a ROC curve, a reliability diagram.
///
///     LinePlot(
///       [.init("AUC 0.98", points: roc, style: .steps, band: interval)], xLabel: "1 − specificity",
///       yLabel: "sensitivity", xRange: 0...1, yRange: 0...1, diagonal: true, hasEqualAspect: true)
public struct LinePlot: Sendable {
  /// How the points of a series are drawn.
  public enum Style: Sendable, Hashable {
    /// Joined by straight lines.
    case line
    /// Joined by steps: a value holds until the next point.
    case steps
    /// Not joined.
    case points
    /// Bars from zero.
    case bars
  }

  /// How values are placed along an axis.
  public enum Scale: Sendable, Hashable {
    /// In proportion to the value.
    case linear
    /// In proportion to the logarithm; values that are not above 0 are left out.
    case log
  }

  /// Where the names of the series are.
  public enum Naming: Sendable, Hashable {
    /// In the corner with the fewest points.
    case legend
    /// At the ends of the lines, right of the data.
    case lineEnds
  }

  /// The limits of a shaded band at one x, such as a confidence interval.
  public struct Interval: Sendable, Hashable {
    /// The position.
    public let x: Double
    /// The lower limit.
    public let low: Double
    /// The upper limit.
    public let high: Double

    /// Creates the limits at one x.
    public init(x: Double, low: Double, high: Double) {
      self.x = x
      self.low = low
      self.high = high
    }
  }

  /// One line, or points or bars of one color.
  public struct Series: Sendable {
    /// The name in the legend; empty for none.
    package var name: String
    /// The points in drawing order; NaN or infinity interrupts the line.
    package var points: [(x: Double, y: Double)]
    /// The color; nil for the next color of a color-blind safe palette.
    package var color: Color?
    /// Whether the line is dashed.
    package var isDashed: Bool
    /// How the points are drawn.
    package var style: Style
    /// Whether each point has a dot.
    package var hasMarkers: Bool
    /// A shaded band, by ascending x.
    package var band: [Interval]
    /// The width of the line.
    package var lineWidth = 2.0

    /// Creates a series.
    ///
    /// - Parameters:
    ///   - name: The name in the legend; empty for none.
    ///   - points: The points in drawing order; NaN or infinity interrupts the line.
    ///   - color: Default: the next color of a color-blind safe palette.
    ///   - isDashed: Whether the line is dashed.
    ///   - style: How the points are drawn.
    ///   - hasMarkers: Whether each point has a dot.
    ///   - band: A shaded band in the same color, by ascending x.
    public init(
      _ name: String, points: [(x: Double, y: Double)], color: Color? = nil,
      isDashed: Bool = false, style: Style = .line, hasMarkers: Bool = false,
      band: [Interval] = []
    ) {
      self.name = name
      self.points = points
      self.color = color
      self.isDashed = isDashed
      self.style = style
      self.hasMarkers = hasMarkers
      self.band = band
    }
  }

  /// The series, in drawing order.
  package var series: [Series]
  /// The label of the x axis.
  package var xLabel: String
  /// The label of the y axis.
  package var yLabel: String
  /// The range of the x axis; nil to fit all points.
  package var xRange: ClosedRange<Double>?
  /// The range of the y axis; nil to fit all points.
  package var yRange: ClosedRange<Double>?
  /// Whether the line y = x is drawn: chance in a ROC curve, perfection in a reliability diagram.
  package var diagonal: Bool
  /// Whether a unit is as long on both axes.
  package var hasEqualAspect: Bool
  /// The scale of the x axis.
  ///
  /// Default: linear.
  public var xScale = Scale.linear
  /// The scale of the y axis.
  ///
  /// Default: linear.
  public var yScale = Scale.linear
  /// Where the names of the series are.
  ///
  /// Default: a legend.
  public var naming = Naming.legend

  /// Creates a plot.
  ///
  /// - Parameters:
  ///   - series: The series, in drawing order.
  ///   - xLabel: The label of the x axis.
  ///   - yLabel: The label of the y axis.
  ///   - xRange: The range of the x axis. Default: fits all points.
  ///   - yRange: The range of the y axis. Default: fits all points.
  ///   - diagonal: Whether the line y = x is drawn.
  ///   - hasEqualAspect: Whether a unit is as long on both axes.
  ///   - xScale: The scale of the x axis.
  ///   - yScale: The scale of the y axis.
  public init(
    _ series: [Series], xLabel: String = "", yLabel: String = "",
    xRange: ClosedRange<Double>? = nil, yRange: ClosedRange<Double>? = nil, diagonal: Bool = false,
    hasEqualAspect: Bool = false, xScale: Scale = .linear, yScale: Scale = .linear
  ) {
    self.xScale = xScale
    self.yScale = yScale
    self.series = series
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.xRange = xRange
    self.yRange = yRange
    self.diagonal = diagonal
    self.hasEqualAspect = hasEqualAspect
  }

  // The color-blind safe palette by Okabe and Ito.
  private static let palette: [Color] = [
    Color(red: 0, green: 114, blue: 178), Color(red: 213, green: 94, blue: 0),
    Color(red: 0, green: 158, blue: 115), Color(red: 204, green: 121, blue: 167),
    Color(red: 230, green: 159, blue: 0), Color(red: 86, green: 180, blue: 233),
  ]

  /// A color of the palette; they repeat after six.
  package static func color(_ place: Int) -> Color { palette[place % palette.count] }

  func color(of place: Int) -> Color { series[place].color ?? Self.color(place) }

  /// Whether a point has a place on both axes.
  func isDrawable(_ point: (x: Double, y: Double)) -> Bool {
    point.x.isFinite && point.y.isFinite && (xScale == .linear || point.x > 0)
      && (yScale == .linear || point.y > 0)
  }
}
