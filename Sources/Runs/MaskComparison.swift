public import DataBlocks
import Datasets
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

  /// Reads the file.
  ///
  /// - Parameter files: The images, of which it has to name some. Default: not checked.
  /// - Throws: `SIIMMaskError` naming the file and the line.
  func open(for files: [String] = []) throws {
    let table = try table ?? MaskTable(path, size: size)
    if !files.isEmpty { try table.rows.checkNames(files) }
    self.table = table
  }

  /// Adds an image if the file has a mask of it.
  ///
  /// - Throws: `SIIMMaskError` naming the file of masks, such as for a mask that is larger than its image.
  func add(_ explanation: Explanation, file: String) throws {
    try open()
    guard let mask = try table?.mask(of: explanation.image, file: file) else { return }
    hitRate.add(explanation, className: className, mask: mask)
  }
}
