/// A rectangle on an image, half open, in continuous pixels: `[x0, x1)` by `[y0, y1)`.
public struct Box: Sendable, Equatable {
  /// The left edge.
  public var x0: Double
  /// The top edge.
  public var y0: Double
  /// The right edge.
  public var x1: Double
  /// The bottom edge.
  public var y1: Double
  /// What is written inside its top left corner, if anything.
  public var label: String?
  /// The color of its line and label.
  public var color: Color

  /// Makes a box from its edges.
  public init(
    x0: Double, y0: Double, x1: Double, y1: Double, label: String? = nil,
    color: Color = .white
  ) {
    self.x0 = x0
    self.y0 = y0
    self.x1 = x1
    self.y1 = y1
    self.label = label
    self.color = color
  }

  /// Columns that it spans.
  public var width: Double { x1 - x0 }
  /// Rows that it spans.
  public var height: Double { y1 - y0 }
  /// Its area in pixels; 0 when it is empty or turned inside out.
  public var area: Double { max(0, width) * max(0, height) }

  /// The part of the box inside an image, and the share of its area that was cut off (0 to 1).
  ///
  /// A box wholly outside becomes empty, with a share of 1.
  public func clamped(width: Int, height: Int) -> (box: Box, clippedShare: Double) {
    var kept = self
    kept.x0 = min(max(x0, 0), Double(width))
    kept.y0 = min(max(y0, 0), Double(height))
    kept.x1 = min(max(x1, kept.x0), Double(width))
    kept.y1 = min(max(y1, kept.y0), Double(height))
    let share = area > 0 ? 1 - kept.area / area : 0
    return (kept, min(max(share, 0), 1))
  }

  /// Intersection over union with another box, 0 to 1.
  public func intersectionOverUnion(_ other: Box) -> Double {
    let overlapWidth = min(x1, other.x1) - max(x0, other.x0)
    let overlapHeight = min(y1, other.y1) - max(y0, other.y0)
    let overlap = max(0, overlapWidth) * max(0, overlapHeight)
    let union = area + other.area - overlap
    return union > 0 ? overlap / union : 0
  }

  /// The same box between two other corners, in any order (a flip exchanges them).
  func moved(_ a: (x: Double, y: Double), _ b: (x: Double, y: Double)) -> Box {
    Box(
      x0: min(a.x, b.x), y0: min(a.y, b.y), x1: max(a.x, b.x), y1: max(a.y, b.y), label: label,
      color: color)
  }
}
