import CCodecs

/// The JPEG codec: baseline and progressive, 8 bits, grayscale, YCbCr, RGB or CMYK.
///
/// Images are turned upright by their EXIF orientation (Pillow's `ImageOps.exif_transpose`, which
/// fastai leaves out), so maps and boxes are in the pixels that a viewer shows.
package enum JPEG {
  /// The scale at which libjpeg decodes; smaller scales skip most of the work.
  package enum Shrink: Int, Sendable, CaseIterable {
    /// Full size.
    case none = 1
    /// Half of the rows and columns, rounded up.
    case half = 2
    /// A quarter of the rows and columns.
    case quarter = 4
    /// An eighth of the rows and columns.
    case eighth = 8

    /// The smallest scale that leaves at least `margin` times the required size.
    ///
    /// A margin of 2 leaves enough samples for the antialiased resize.
    package static func allowing(
      width: Int, height: Int, from full: (width: Int, height: Int), margin: Double = 2
    ) -> Shrink {
      let room = min(
        Double(full.width) / (Double(width) * margin),
        Double(full.height) / (Double(height) * margin))
      return [.eighth, .quarter, .half].first { Double($0.rawValue) <= room } ?? .none
    }
  }

  /// Whether the bytes start with a JPEG marker.
  package static func isJPEG(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: [0xFF, 0xD8, 0xFF])
  }

  /// Decodes the bytes of a JPEG file.
  ///
  /// - Parameters:
  ///   - bytes: The whole file; untrusted input is safe.
  ///   - shrink: The scale to decode at. The result differs from decoding at full size and resizing.
  ///   - asGray: Decode only the luminance of a color image.
  ///   - pixelLimit: Larger images are rejected before memory is allocated.
  /// - Returns: An image of one channel (gray) or three (RGB).
  /// - Throws: `ImageFileError` if the bytes are not a valid JPEG file, are truncated, or have another number of colors.
  package static func decode(
    _ bytes: [UInt8], shrink: Shrink = .none, asGray: Bool = false, pixelLimit: Int = 1 << 27
  ) throws(ImageFileError) -> PixelBuffer {
    try checkStart(bytes)
    var image = lb_image()
    try CodecCalls.check("JPEG") { message, size in
      bytes.withUnsafeBufferPointer {
        lb_jpeg_decode(
          $0.baseAddress, $0.count, Int64(pixelLimit), Int32(shrink.rawValue), asGray ? 1 : 0,
          &image, message, size)
      }
    }
    return CodecCalls.takePixels(image).upright(from: EXIFOrientation(ofJPEG: bytes))
  }

  /// Reads the size from the header, without decoding.
  package static func size(
    of bytes: [UInt8]
  ) throws(ImageFileError) -> (width: Int, height: Int, channels: Int) {
    try checkStart(bytes)
    var image = lb_image()
    try CodecCalls.check("JPEG") { message, size in
      bytes.withUnsafeBufferPointer {
        lb_jpeg_size($0.baseAddress, $0.count, &image, message, size)
      }
    }
    let (width, height) = (Int(image.width), Int(image.height))
    let swaps = EXIFOrientation(ofJPEG: bytes).swapsSides
    return (swaps ? height : width, swaps ? width : height, Int(image.channels))
  }

  /// Reads a JPEG file.
  ///
  /// - Throws: `ImageFileError`.
  package static func read(
    _ path: String, shrink: Shrink = .none
  ) throws(ImageFileError) -> PixelBuffer {
    let bytes = try FileBytes.read(path)
    do {
      return try decode(bytes, shrink: shrink)
    } catch {
      throw error.at(path)
    }
  }

  /// Encodes an image as baseline JPEG.
  ///
  /// - Parameters:
  ///   - image: A grayscale or RGB image.
  ///   - quality: libjpeg's quality, 1 to 100.
  ///   - halvingChroma: Whether to subsample the chroma of a color image (4:2:0).
  /// - Returns: The bytes of the file.
  /// - Throws: `ImageFileError` if a side has more than 65,500 pixels, or memory runs out.
  package static func encode(
    _ image: PixelBuffer, quality: Int = 90, halvingChroma: Bool = true
  ) throws(ImageFileError) -> [UInt8] {
    precondition((1...100).contains(quality), "quality \(quality) is not in 1...100")
    return try CodecCalls.encode(image, format: "JPEG") { described, encoded, message, size in
      lb_jpeg_encode(described, Int32(quality), halvingChroma ? 1 : 0, encoded, message, size)
    }
  }

  /// Writes an image as a JPEG file, atomically.
  ///
  /// - Throws: `ImageFileError`.
  package static func write(
    _ image: PixelBuffer, to path: String, quality: Int = 90
  ) throws(ImageFileError) {
    do {
      try FileBytes.write(try encode(image, quality: quality), to: path)
    } catch {
      throw error.at(path)
    }
  }

  private static func checkStart(_ bytes: [UInt8]) throws(ImageFileError) {
    if isJPEG(bytes) { return }
    throw ImageFileError(
      bytes.count < 3
        ? .truncated(detail: "JPEG: the marker is incomplete")
        : .notAnImage(FileFormat(head: Array(bytes.prefix(FileFormat.headCount)))))
  }
}
