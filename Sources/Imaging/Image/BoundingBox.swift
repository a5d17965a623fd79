/// An axis-aligned rectangle in continuous pixel coordinates, half open: `[x0, x1)` by `[y0, y1)`.
///
/// Pixel edges lie at whole numbers: the pixel in column 3 spans 3 to 4. A box may be empty, lie
/// outside of its image or have coordinates that are not finite; functions that need more say so.
public struct BoundingBox: Sendable, Hashable, Codable {
  /// The left edge.
  public var x0: Double
  /// The top edge.
  public var y0: Double
  /// The right edge, exclusive.
  public var x1: Double
  /// The bottom edge, exclusive.
  public var y1: Double

  /// Creates a box from its edges.
  public init(x0: Double, y0: Double, x1: Double, y1: Double) {
    self.x0 = x0
    self.y0 = y0
    self.x1 = x1
    self.y1 = y1
  }

  /// The width in pixels; negative if the edges are swapped.
  public var width: Double { x1 - x0 }
  /// The height in pixels; negative if the edges are swapped.
  public var height: Double { y1 - y0 }
  /// The area in square pixels; 0 for an empty box.
  package var area: Double { max(0, width) * max(0, height) }

  /// The overlap of two boxes; nil if it has no area, or a coordinate is NaN.
  package func intersection(_ other: BoundingBox) -> BoundingBox? {
    guard x0 < x1, y0 < y1, other.x0 < other.x1, other.y0 < other.y1,
      x0 < other.x1, other.x0 < x1, y0 < other.y1, other.y0 < y1
    else { return nil }
    return BoundingBox(
      x0: max(x0, other.x0), y0: max(y0, other.y0), x1: min(x1, other.x1), y1: min(y1, other.y1))
  }

  /// Whether two boxes overlap; boxes that share only an edge do not.
  package func intersects(_ other: BoundingBox) -> Bool { intersection(other) != nil }

  /// The intersection over union (Jaccard index) of two boxes, 0 to 1.
  public func intersectionOverUnion(_ other: BoundingBox) -> Double {
    let overlap = intersection(other)?.area ?? 0
    let union = area + other.area - overlap
    return union > 0 ? overlap / union : 0
  }

  /// The part of the box inside an image, and the fraction of the area that was cut off (0 to 1).
  ///
  /// A box entirely outside becomes empty, with a fraction of 1.
  package func clamped(width: Int, height: Int) -> (box: BoundingBox, clippedShare: Double) {
    var kept = self
    kept.x0 = min(max(x0, 0), Double(width))
    kept.y0 = min(max(y0, 0), Double(height))
    kept.x1 = min(max(x1, kept.x0), Double(width))
    kept.y1 = min(max(y1, kept.y0), Double(height))
    let share = area > 0 ? 1 - kept.area / area : 0
    return (kept, min(max(share, 0), 1))
  }
}

extension BoundingBox {
  /// The box of a whole image.
  package init(width: Int, height: Int) {
    self.init(x0: 0, y0: 0, x1: Double(width), y1: Double(height))
  }

  /// Traps unless the box is not empty and inside an image of this size.
  func checkInside(width: Int, height: Int) {
    precondition(
      x0 >= 0 && y0 >= 0 && x1 <= Double(width) && y1 <= Double(height) && x0 < x1 && y0 < y1,
      "the source region [\(x0), \(x1)) x [\(y0), \(y1)) is empty or not inside the image of "
        + "\(width) x \(height) pixels")
  }
}
