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
  private var files: [String: SIIMMaskFile] = [:]

  /// Creates a comparison.
  ///
  /// - Parameters:
  ///   - path: The file of masks, in SIIM's format.
  ///   - className: The class that the masks are of.
  public init(_ path: String, className: String) {
    self.path = path
    self.className = className
  }

  /// Adds an image if the file has a mask of it.
  ///
  /// - Throws: `SIIMMaskError` naming the file of masks.
  func add(_ explanation: Explanation, file: String) throws {
    // Run lengths depend on the size of the image.
    let (width, height) = (explanation.image.width, explanation.image.height)
    let key = "\(width) x \(height)"
    let masks = try files[key] ?? SIIMMaskFile(path: path, width: width, height: height)
    files[key] = masks
    if let mask = masks.mask(forFile: file) {
      hitRate.add(explanation, className: className, mask: mask)
    }
  }
}
