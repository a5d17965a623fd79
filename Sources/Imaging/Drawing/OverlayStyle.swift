/// How opaque a map lies over an image.
public enum OverlayStyle: Sendable, Hashable {
  /// The opacity follows the evidence: zero where the map says nothing, and `maximumAlpha` where it says most.
  ///
  /// It grows with the power 1.5, so that weak evidence everywhere does not veil the image.
  case evidence(maximumAlpha: Double = 0.6)
  /// The same opacity everywhere, as fastbook and fmi draw maps (`alpha`).
  case uniform(alpha: Double = 0.6)

  /// The opacity of a value, by its share of the highest absolute value of the scale.
  func alpha(_ share: Double) -> Double {
    switch self {
    case .evidence(let maximum):
      share > 0 ? maximum * min(share, 1) * min(share, 1).squareRoot() : 0
    case .uniform(let alpha): alpha
    }
  }

  /// The opacity where the map says most.
  var maximumAlpha: Double {
    switch self {
    case .evidence(let alpha), .uniform(let alpha): alpha
    }
  }
}

/// The colors of all maps of a figure: one table and one scale.
package struct MapColors: Sendable, Equatable {
  /// The colors.
  package var colormap: Colormap
  /// The values at the ends of the colormap.
  package var range: ClosedRange<Float>
  /// The words at the ends of the color bar.
  package var words: (low: String, high: String) {
    get { (lowWord, highWord) }
    set { (lowWord, highWord) = newValue }
  }
  private var lowWord: String
  private var highWord: String

  /// Creates colors.
  package init(_ colormap: Colormap, range: ClosedRange<Float>, words: (low: String, high: String))
  {
    self.colormap = colormap
    self.range = range
    (lowWord, highWord) = words
  }

  /// The colors for maps: from 0 to the highest value if none is negative, otherwise symmetric around zero.
  ///
  /// Values that are not finite are ignored.
  ///
  /// - Parameters:
  ///   - maps: The values of all maps of the figure.
  ///   - colormap: Default: magma, or for signed maps ice blue to magma.
  package init(for maps: [[Float]], colormap: Colormap? = nil) {
    var (low, high) = (Float(0), Float(0))
    for value in maps.joined() where value.isFinite {
      low = min(low, value)
      high = max(high, value)
    }
    let largest = max(high, -low)
    if low < 0 {
      self.init(
        colormap ?? .iceMagma, range: -largest...largest, words: ("against", "for"))
    } else {
      self.init(
        colormap ?? .magma, range: 0...largest, words: ("no evidence", "most evidence"))
    }
  }

  /// Whether the scale has two sides.
  package var isSigned: Bool { range.lowerBound < 0 }

  /// The place of a value in the colormap, 0 to 1.
  package func position(_ value: Float) -> Double {
    let span = Double(range.upperBound) - Double(range.lowerBound)
    return span > 0 ? (Double(value) - Double(range.lowerBound)) / span : 0
  }

  /// How much a value says: its share of the largest absolute value of the scale, at most 1.
  package func share(_ value: Float) -> Double {
    let largest = Double(max(abs(range.lowerBound), abs(range.upperBound)))
    return largest > 0 ? min(Double(abs(value)) / largest, 1) : 0
  }
}
