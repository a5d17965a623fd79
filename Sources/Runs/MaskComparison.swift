public import DataBlocks
import Datasets
import Imaging
public import Interpret

/// Compares maps with the true masks of a SIIM run-length file while images are explained.
///
/// `SavedRun.evaluateMaps` has more measures, and baselines beside them.
public final class MaskComparison {
  /// The class that the masks are of.
  public let className: String
  /// The images with a mask of which the model sees a part.
  public private(set) var images = 0
  /// Those whose map has its highest point inside of the mask.
  public private(set) var hits = 0
  private var precisionSum = 0.0
  private let path: String
  private let size: ImageSize?
  private var table: MaskTable?

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

  /// The mean of the pixels' average precision; nil without images.
  public var averagePrecision: Double? { images > 0 ? precisionSum / Double(images) : nil }

  /// Reads the file.
  ///
  /// - Parameter files: The images, of which it has to name some. Default: not checked.
  /// - Throws: `SIIMMaskError` naming the file and the line.
  func open(for files: [String] = []) throws {
    let table = try table ?? MaskTable(path, size: size)
    if !files.isEmpty { try table.rows.checkNames(files) }
    self.table = table
  }

  /// Compares the map of an image with its mask.
  ///
  /// - Parameters:
  ///   - explanation: Holds the map of the class.
  ///   - file: The file of the image.
  /// - Returns: The mask, in original pixels; nil if the file has none of the image, or an empty one.
  /// - Throws: `SIIMMaskError` naming the file of masks, such as for a mask that is larger than its image.
  func compare(_ explanation: Explanation, file: String) throws -> (any ImageMask)? {
    try open()
    guard let mask = try table?.mask(of: explanation.image, file: file), !mask.isEmpty else {
      return nil
    }
    let size = explanation.inputSize
    guard let map = explanation.maps.first(where: { $0.className == className }),
      let score = MaskScore(
        map.onInput(size.height, size.width), PixelMask(mask, of: explanation))
    else { return mask }
    images += 1
    if score.isHit() { hits += 1 }
    precisionSum += score.averagePrecision
    return mask
  }
}
