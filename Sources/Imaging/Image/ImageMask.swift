/// A region of an image, such as a segmentation mask.
public protocol ImageMask: Sendable {
  /// True if no pixel is set.
  var isEmpty: Bool { get }
  /// Whether any set pixel overlaps a box; pixels that the box covers in part count.
  func intersects(_ box: BoundingBox) -> Bool
}
