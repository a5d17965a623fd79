/// Where the pixels of an image lie in the image it was made from.
///
/// Along each axis `source = output * scale + offset`, in continuous coordinates whose pixel edges
/// are whole numbers: the pixel in column 3 covers 3 to 4. A negative scale is a flip.
public struct ImageGeometry: Sendable, Equatable {
  /// Source columns per output column.
  public let scaleX: Double
  /// Source rows per output row.
  public let scaleY: Double
  /// The source x of the output's left edge.
  public let offsetX: Double
  /// The source y of the output's top edge.
  public let offsetY: Double

  /// The geometry of an image that is its own source.
  public static let identity = ImageGeometry(scaleX: 1, scaleY: 1, offsetX: 0, offsetY: 0)

  /// Makes a geometry from its four numbers.
  ///
  /// - Precondition: All are finite and no scale is zero.
  public init(scaleX: Double, scaleY: Double, offsetX: Double, offsetY: Double) {
    precondition(
      [scaleX, scaleY, offsetX, offsetY].allSatisfy(\.isFinite) && scaleX != 0 && scaleY != 0,
      "no geometry has scales \(scaleX), \(scaleY) and offsets \(offsetX), \(offsetY)")
    self.scaleX = scaleX
    self.scaleY = scaleY
    self.offsetX = offsetX
    self.offsetY = offsetY
  }

  /// The geometry of a window of the source, resized to `width` x `height`.
  public init(
    windowX: Double, windowY: Double, windowWidth: Double, windowHeight: Double, width: Int,
    height: Int
  ) {
    self.init(
      scaleX: windowWidth / Double(width), scaleY: windowHeight / Double(height),
      offsetX: windowX, offsetY: windowY)
  }

  /// A left-right flip of an image of the given width.
  public static func flippedHorizontally(width: Int) -> ImageGeometry {
    ImageGeometry(scaleX: -1, scaleY: 1, offsetX: Double(width), offsetY: 0)
  }

  /// The geometry after one more step: `next` tells how the new output lies in this output.
  public func then(_ next: ImageGeometry) -> ImageGeometry {
    ImageGeometry(
      scaleX: scaleX * next.scaleX, scaleY: scaleY * next.scaleY,
      offsetX: next.offsetX * scaleX + offsetX, offsetY: next.offsetY * scaleY + offsetY)
  }

  /// The way back: source and output exchanged.
  public var inverse: ImageGeometry {
    ImageGeometry(
      scaleX: 1 / scaleX, scaleY: 1 / scaleY, offsetX: -offsetX / scaleX,
      offsetY: -offsetY / scaleY)
  }

  /// The point of the source that a point of the output shows.
  public func source(x: Double, y: Double) -> (x: Double, y: Double) {
    (x * scaleX + offsetX, y * scaleY + offsetY)
  }

  /// The point of the output that shows a point of the source.
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
