/// The mapping between the pixels of an image and those of the image it was computed from.
///
/// Along each axis `source = output * scale + offset`, in continuous coordinates with pixel edges
/// at whole numbers: the pixel in column 3 spans 3 to 4. A negative scale is a flip.
public struct ImageGeometry: Sendable, Equatable {
  /// Source columns per output column.
  package let scaleX: Double
  /// Source rows per output row.
  package let scaleY: Double
  /// The x coordinate of the output's left edge in the source.
  package let offsetX: Double
  /// The y coordinate of the output's top edge in the source.
  package let offsetY: Double

  /// The geometry of an image that is its own source.
  package static let identity = ImageGeometry(scaleX: 1, scaleY: 1, offsetX: 0, offsetY: 0)

  /// Creates a geometry.
  ///
  /// - Precondition: All values are finite and no scale is zero.
  public init(scaleX: Double, scaleY: Double, offsetX: Double, offsetY: Double) {
    precondition(
      [scaleX, scaleY, offsetX, offsetY].allSatisfy(\.isFinite) && scaleX != 0 && scaleY != 0,
      "scales \(scaleX), \(scaleY) must be finite and not zero, offsets \(offsetX), \(offsetY) finite"
    )
    self.scaleX = scaleX
    self.scaleY = scaleY
    self.offsetX = offsetX
    self.offsetY = offsetY
  }

  /// Creates the geometry of a window of the source that is resized to `width` x `height`.
  package init(
    windowX: Double, windowY: Double, windowWidth: Double, windowHeight: Double, width: Int,
    height: Int
  ) {
    self.init(
      scaleX: windowWidth / Double(width), scaleY: windowHeight / Double(height),
      offsetX: windowX, offsetY: windowY)
  }

  /// The geometry of a left-right flip of an image of the given width.
  package static func flippedHorizontally(width: Int) -> ImageGeometry {
    ImageGeometry(scaleX: -1, scaleY: 1, offsetX: Double(width), offsetY: 0)
  }

  /// Composes two geometries: `next` maps a further output to this output.
  public func then(_ next: ImageGeometry) -> ImageGeometry {
    ImageGeometry(
      scaleX: scaleX * next.scaleX, scaleY: scaleY * next.scaleY,
      offsetX: next.offsetX * scaleX + offsetX, offsetY: next.offsetY * scaleY + offsetY)
  }

  /// The inverse mapping, with source and output swapped.
  package var inverse: ImageGeometry {
    ImageGeometry(
      scaleX: 1 / scaleX, scaleY: 1 / scaleY, offsetX: -offsetX / scaleX,
      offsetY: -offsetY / scaleY)
  }

  /// Maps a point from the output to the source.
  public func source(x: Double, y: Double) -> (x: Double, y: Double) {
    (x * scaleX + offsetX, y * scaleY + offsetY)
  }

  /// Maps a point from the source to the output.
  public func output(x: Double, y: Double) -> (x: Double, y: Double) {
    ((x - offsetX) / scaleX, (y - offsetY) / scaleY)
  }

  /// Maps a box from the output to the source.
  public func source(_ box: BoundingBox) -> BoundingBox {
    BoundingBox(between: source(x: box.x0, y: box.y0), and: source(x: box.x1, y: box.y1))
  }

  /// Maps a box from the source to the output.
  public func output(_ box: BoundingBox) -> BoundingBox {
    BoundingBox(between: output(x: box.x0, y: box.y0), and: output(x: box.x1, y: box.y1))
  }
}
