/// A region of an image, such as a segmentation mask.
public protocol ImageMask: Sendable {
  /// True if no pixel is set.
  var isEmpty: Bool { get }
  /// Whether any set pixel overlaps a box; pixels that the box covers in part count.
  func intersects(_ box: BoundingBox) -> Bool
}

/// A mask that was drawn on a smaller or larger copy of the image.
package struct ScaledMask: ImageMask {
  private let mask: any ImageMask
  private let scaleX: Double
  private let scaleY: Double

  /// Creates a mask.
  ///
  /// - Parameters:
  ///   - mask: The mask as drawn.
  ///   - scaleX: Columns of the mask per column of the image.
  ///   - scaleY: Rows of the mask per row of the image.
  package init(_ mask: any ImageMask, scaleX: Double, scaleY: Double) {
    self.mask = mask
    self.scaleX = scaleX
    self.scaleY = scaleY
  }

  /// True if no pixel is set.
  package var isEmpty: Bool { mask.isEmpty }

  /// Whether any set pixel overlaps a box of the image.
  package func intersects(_ box: BoundingBox) -> Bool {
    mask.intersects(
      BoundingBox(
        x0: box.x0 * scaleX, y0: box.y0 * scaleY, x1: box.x1 * scaleX, y1: box.y1 * scaleY))
  }
}
