import Datasets
import DataBlocks
import Imaging
import Interpret

/// The true masks of a SIIM run-length file, in the pixels of their images.
struct MaskTable {
  let rows: SIIMMaskRows
  private let size: ImageSize?

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - size: The size of the masks, which are scaled to their images. Default: each image's own.
  /// - Throws: `SIIMMaskError` naming the file and the line.
  init(_ path: String, size: ImageSize? = nil) throws(SIIMMaskError) {
    rows = try SIIMMaskRows(path: path)
    self.size = size
  }

  /// Whether the mask of a file has a pixel.
  func hasRegion(_ file: String) -> Bool { rows.key(ofFile: file).map(rows.hasRegion) ?? false }

  /// The mask of an image; nil if the file has none of it.
  ///
  /// - Throws: `SIIMMaskError` if a run ends outside of the image, or if the masks have another shape.
  func mask(of image: PixelBuffer, file: String) throws(SIIMMaskError) -> (any ImageMask)? {
    let size = size ?? ImageSize(height: image.height, width: image.width)
    guard let mask = try rows.mask(forFile: file, width: size.width, height: size.height) else {
      return nil
    }
    let scaleX = Double(size.width) / Double(image.width)
    let scaleY = Double(size.height) / Double(image.height)
    if scaleX == 1, scaleY == 1 { return mask }
    guard abs(scaleX / scaleY - 1) < 0.01 else {
      throw SIIMMaskError(
        .otherShape(
          image: "\(image.height) x \(image.width)", masks: "\(size.height) x \(size.width)"),
        file: file)
    }
    return ScaledMask(mask, scaleX: scaleX, scaleY: scaleY)
  }

  /// The mask on the pixels of the model's input; nil if the file has none of it.
  func pixels(
    of image: PreparedImage, file: String
  ) throws(SIIMMaskError) -> PixelMask? {
    try mask(of: image.original, file: file).map { PixelMask($0, image: image) }
  }
}
