public import Imaging
public import Training

extension LRFindResult {
  /// Draws the smoothed loss by learning rate, with the suggestions (`plot_lr_find`).
  ///
  ///     try learner.lrFind(suggestions: SuggestionMethod.allCases).figure().write(to: "lr_find.png")
  ///
  /// - Parameter skipEnd: Number of last iterations that are not drawn, where the loss explodes (`skip_end`).
  /// - Returns: One plot.
  public func figure(skipEnd: Int = 5) -> Figure {
    let count = max(losses.count - max(skipEnd, 0), min(losses.count, 1))
    let curve = (0..<count).map { (x: learningRates[$0], y: losses[$0]) }
    let marks = suggestions.enumerated().map { place, suggestion in
      LinePlot.Series(
        "\(suggestion.method.rawValue)  \(NumberText.scientific(suggestion.learningRate))"
          + (suggestion.method == .minimum ? "  (dot ÷ 10)" : ""),
        points: [(suggestion.markedRate, suggestion.markedLoss)],
        color: Self.colors[place % Self.colors.count], style: .points)
    }
    return Figure(
      rows: [
        [
          .plot(
            LinePlot(
              [LinePlot.Series("", points: curve, color: Self.curveColor)] + marks,
              xLabel: "learning rate", yLabel: "smoothed training loss",
              yRange: Self.yRange(curve.map(\.y)), xScale: .log))
        ]
      ], title: "Learning rate finder",
      captions: suggestions.isEmpty
        ? ["The losses are too few, or not finite, for a suggestion."] : [],
      cellSize: (560, 320))
  }

  /// Writes the figure as a PNG, SVG or JPEG file, as the extension of the path says.
  ///
  /// - Throws: `ImageFileError`.
  public func savePlot(to path: String) throws(ImageFileError) { try figure().write(to: path) }

  private static let curveColor = Color(red: 58, green: 63, blue: 72)
  // Okabe and Ito's colors that differ most from each other and from the curve.
  private static let colors = [
    Color(red: 213, green: 94, blue: 0), Color(red: 0, green: 114, blue: 178),
    Color(red: 0, green: 158, blue: 115), Color(red: 204, green: 121, blue: 167),
  ]

  /// The range of losses, without most of what rises above the first losses at the end, and not so small that noise
  /// fills the plot.
  private static func yRange(_ losses: [Double]) -> ClosedRange<Double>? {
    let finite = losses.filter(\.isFinite)
    guard let low = finite.min(), let high = finite.max(), let first = finite.first else {
      return nil
    }
    let start = finite.prefix(finite.count / 2 + 1).max() ?? first
    let top = min(high, start + max(0.5 * (start - low), 0.05 * abs(start)))
    guard top > low, top < high else { return nil }
    let room = 0.06 * (top - low)
    return (low - room)...(top + room)
  }
}
