extension PixelBuffer {
  /// Reads a PNG or JPEG file; the content decides which, not the name.
  ///
  /// - Throws: `ImageFileError`, naming the file, the reason and the way out.
  public init(contentsOfImage path: String) throws(ImageFileError) {
    let bytes = try FileBytes.read(path)
    do {
      try self.init(imageBytes: bytes)
    } catch {
      throw error.about(path)
    }
  }

  /// Decodes the bytes of a PNG or JPEG file.
  ///
  /// - Throws: `ImageFileError` when they are neither, or not sound.
  public init(imageBytes bytes: [UInt8]) throws(ImageFileError) {
    if PNG.isPNG(bytes) {
      self = try PNG.decode(bytes)
    } else if JPEG.isJPEG(bytes) {
      self = try JPEG.decode(bytes)
    } else if bytes.isEmpty {
      throw ImageFileError(.truncated, file: nil, reason: "the file is empty")
    } else {
      throw ImageFileError(.notAnImage, file: nil, reason: "it is neither a PNG nor a JPEG")
    }
  }
}
