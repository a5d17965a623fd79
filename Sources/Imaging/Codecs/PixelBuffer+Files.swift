/// The bytes of a PNG or JPEG file.
///
/// - Throws: `ImageFileError`.
package func imageFileBytes(_ path: String) throws(ImageFileError) -> [UInt8] {
  try FileBytes.read(path)
}

/// The planes of a PNG file of 16 bits per sample, 0 to 1; nil for other files.
///
/// - Throws: `ImageFileError`.
package func planes(of16BitPNG bytes: [UInt8]) throws(ImageFileError) -> [ScalarImage]? {
  PNG.isPNG(bytes) ? try PNG.decode16(bytes) : nil
}

extension PixelBuffer {
  /// Reads a PNG or JPEG file; the format is detected from the content.
  ///
  /// The image is turned upright by its EXIF orientation.
  ///
  /// - Throws: `ImageFileError`.
  public init(contentsOfImage path: String) throws(ImageFileError) {
    let bytes = try FileBytes.read(path)
    do {
      try self.init(imageBytes: bytes)
    } catch {
      throw error.at(path)
    }
  }

  /// Decodes the bytes of a PNG or JPEG file.
  ///
  /// - Throws: `ImageFileError` if they are neither, or not valid.
  public init(imageBytes bytes: [UInt8]) throws(ImageFileError) {
    if PNG.isPNG(bytes) {
      self = try PNG.decode(bytes)
    } else if JPEG.isJPEG(bytes) {
      self = try JPEG.decode(bytes)
    } else {
      throw ImageFileError(
        bytes.isEmpty
          ? .empty : .notAnImage(FileFormat(head: Array(bytes.prefix(FileFormat.headCount)))))
    }
  }

  /// Writes a PNG or JPEG file, as the extension of the path says (`.png`, `.jpg`, `.jpeg`).
  ///
  /// - Parameters:
  ///   - path: The file, replaced if it exists.
  ///   - quality: JPEG quality, 1 to 100.
  /// - Throws: `ImageFileError`.
  public func write(to path: String, quality: Int = 90) throws(ImageFileError) {
    switch FileBytes.suffix(of: path) {
    case "png": try PNG.write(self, to: path)
    case "jpg", "jpeg": try JPEG.write(self, to: path, quality: quality)
    case let other:
      throw ImageFileError(.unknownExtension(other, known: ["png", "jpg", "jpeg"]), file: path)
    }
  }
}
