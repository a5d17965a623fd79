import Datasets
public import DataBlocks
import Imaging
public import Interpret

/// Compares boxes with the true masks of a SIIM run-length file.
public final class MaskComparison {
  /// The class that the masks are of.
  public let className: String
  /// The rate so far.
  public private(set) var hitRate = BoxHitRate()
  private let path: String
  private let size: ImageSize?
  private var rows: SIIMMaskRows?

  /// Creates a comparison.
  ///
  /// - Parameters:
  ///   - path: The file of masks, in SIIM's format.
  ///   - className: The class that the masks are of.
  ///   - size: The size of the masks, which are scaled to their images. Default: each image's own.
  public init(_ path: String, className: String, size: ImageSize? = nil) {
    self.path = path
    self.className = className
    self.size = size
  }

  /// Reads the file.
  ///
  /// - Throws: `SIIMMaskError` naming the file and the line.
  func open() throws {
    if rows == nil { rows = try SIIMMaskRows(path: path) }
  }

  /// Adds an image if the file has a mask of it.
  ///
  /// - Throws: `SIIMMaskError` naming the file of masks, such as for a mask that is larger than its image.
  func add(_ explanation: Explanation, file: String) throws {
    try open()
    let image = explanation.image
    let size = size ?? ImageSize(height: image.height, width: image.width)
    guard
      let mask = try rows?.mask(forFile: file, width: size.width, height: size.height)
    else { return }
    let scaleX = Double(size.width) / Double(image.width)
    let scaleY = Double(size.height) / Double(image.height)
    if scaleX == 1, scaleY == 1 {
      return hitRate.add(explanation, className: className, mask: mask)
    }
    guard abs(scaleX / scaleY - 1) < 0.01 else {
      throw SIIMMaskError(
        .otherShape(
          image: "\(image.width) x \(image.height)", masks: "\(size.width) x \(size.height)"),
        file: file)
    }
    hitRate.add(
      explanation, className: className, mask: ScaledMask(mask, scaleX: scaleX, scaleY: scaleY))
  }
}
