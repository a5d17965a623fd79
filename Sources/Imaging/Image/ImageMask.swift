/// A region of an image, such as a segmentation mask.
public protocol ImageMask: Sendable {
  /// True if no pixel is set.
  var isEmpty: Bool { get }
  /// Whether the pixel at column `x`, row `y` is set; false outside of the image.
  func contains(x: Int, y: Int) -> Bool
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

  /// Whether the pixel at column `x`, row `y` of the image has its center in a set pixel of the mask.
  package func contains(x: Int, y: Int) -> Bool {
    mask.contains(
      x: Int(((Double(x) + 0.5) * scaleX).rounded(.down)),
      y: Int(((Double(y) + 0.5) * scaleY).rounded(.down)))
  }

  /// Whether any set pixel overlaps a box of the image.
  package func intersects(_ box: BoundingBox) -> Bool {
    mask.intersects(
      BoundingBox(
        x0: box.x0 * scaleX, y0: box.y0 * scaleY, x1: box.x1 * scaleX, y1: box.y1 * scaleY))
  }
}
