extension Figure {
  /// How a heat map is drawn.
  package struct MapStyle: Sendable, Equatable {
    /// The colors.
    package var colormap: Colormap
    /// The values at the ends of the colormap; nil for the range of the map.
    package var range: ClosedRange<Float>?
    /// Nearest shows the cells; bilinear interpolates between them.
    package var interpolation: Resampling
    /// Whether to draw a color bar below the map.
    package var showsColorBar: Bool
    /// The labels at the ends of the color bar, beside the numbers.
    package var words: (low: String, high: String) {
      get { (lowWord, highWord) }
      set { (lowWord, highWord) = newValue }
    }
    private var lowWord: String
    private var highWord: String

    /// Creates a style.
    ///
    /// - Parameters:
    ///   - colormap: The colors.
    ///   - range: The values at the ends of the colormap. Default: the range of the map.
    ///   - interpolation: Nearest shows the cells; bilinear interpolates between them.
    ///   - showsColorBar: Whether to draw a color bar below the map.
    ///   - words: The labels at the ends of the color bar, beside the numbers.
    package init(
      colormap: Colormap = .magma, range: ClosedRange<Float>? = nil,
      interpolation: Resampling = .nearest, showsColorBar: Bool = true,
      words: (low: String, high: String) = ("", "")
    ) {
      self.colormap = colormap
      self.range = range
      self.interpolation = interpolation
      self.showsColorBar = showsColorBar
      (lowWord, highWord) = words
    }

    /// The table and the scale for a map.
    func colors(for map: ScalarImage) -> MapColors {
      MapColors(colormap, range: range ?? map.extremes ?? 0...0, words: words)
    }
  }
}
