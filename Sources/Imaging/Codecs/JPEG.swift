import CCodecs

/// JPEG files in and out (baseline and progressive, 8 bits, gray or YCbCr/RGB).
public enum JPEG {
  /// How much smaller libjpeg may decode: each step skips most of the work of the one before.
  public enum Shrink: Int, Sendable, CaseIterable {
    /// Every pixel.
    case none = 1
    /// Half as many rows and columns (rounded up).
    case half = 2
    /// A quarter as many.
    case quarter = 4
    /// An eighth as many.
    case eighth = 8

    /// The strongest shrinking that still leaves at least `margin` times the wanted size.
    ///
    /// A margin of 2 leaves the antialiased resize enough to work on.
    public static func allowing(
      width: Int, height: Int, from full: (width: Int, height: Int), margin: Double = 2
    ) -> Shrink {
      let room = min(
        Double(full.width) / (Double(width) * margin),
        Double(full.height) / (Double(height) * margin))
      return [.eighth, .quarter, .half].first { Double($0.rawValue) <= room } ?? .none
    }
  }

  /// Whether the bytes begin as a JPEG file does.
  public static func isJPEG(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: [0xFF, 0xD8, 0xFF])
  }

  /// Decodes a JPEG file's bytes.
  ///
  /// - Parameters:
  ///   - bytes: The whole file; any bytes at all are safe to give.
  ///   - shrink: Decode at a fraction of the size, for speed. The result is not the same as
  ///     decoding all and resizing.
  ///   - asGray: Take only the luminance of a color image.
  ///   - pixelLimit: More pixels than this are refused before memory is taken.
  /// - Returns: An image of one channel (gray) or three (RGB).
  /// - Throws: `ImageFileError` when the bytes are no sound JPEG, end early, or are CMYK.
  public static func decode(
    _ bytes: [UInt8], shrink: Shrink = .none, asGray: Bool = false, pixelLimit: Int = 1 << 28
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
    return CodecCalls.takePixels(image)
  }

  /// The size that the header states, without decoding.
  public static func size(
    of bytes: [UInt8]
  ) throws(ImageFileError) -> (width: Int, height: Int, channels: Int) {
    try checkStart(bytes)
    var image = lb_image()
    try CodecCalls.check("JPEG") { message, size in
      bytes.withUnsafeBufferPointer {
        lb_jpeg_size($0.baseAddress, $0.count, &image, message, size)
      }
    }
    return (Int(image.width), Int(image.height), Int(image.channels))
  }

  /// Reads a JPEG file.
  ///
  /// - Throws: `ImageFileError`, naming the file.
  public static func read(
    _ path: String, shrink: Shrink = .none
  ) throws(ImageFileError) -> PixelBuffer {
    let bytes = try FileBytes.read(path)
    do {
      return try decode(bytes, shrink: shrink)
    } catch {
      throw error.about(path)
    }
  }

  /// Encodes an image as baseline JPEG.
  ///
  /// - Parameters:
  ///   - image: Gray or RGB.
  ///   - quality: libjpeg's scale, 1 to 100.
  ///   - halvingChroma: Store the colors of a color image at half the resolution (4:2:0).
  /// - Returns: The file's bytes.
  /// - Throws: `ImageFileError` when memory runs out or a side is beyond 65,500 pixels.
  public static func encode(
    _ image: PixelBuffer, quality: Int = 90, halvingChroma: Bool = true
  ) throws(ImageFileError) -> [UInt8] {
    precondition((1...100).contains(quality), "quality \(quality) is not in 1...100")
    return try CodecCalls.encode(image, format: "JPEG") { described, made, message, size in
      lb_jpeg_encode(described, Int32(quality), halvingChroma ? 1 : 0, made, message, size)
    }
  }

  /// Writes an image as a JPEG file, under a temporary name first.
  ///
  /// - Throws: `ImageFileError`, naming the file.
  public static func write(
    _ image: PixelBuffer, to path: String, quality: Int = 90
  ) throws(ImageFileError) {
    do {
      try FileBytes.write(try encode(image, quality: quality), to: path)
    } catch {
      throw error.about(path)
    }
  }

  private static func checkStart(_ bytes: [UInt8]) throws(ImageFileError) {
    if isJPEG(bytes) { return }
    let kind: ImageFileError.Kind = bytes.count < 3 ? .truncated : .notAnImage
    throw ImageFileError(kind, file: nil, reason: "it does not begin as a JPEG does")
  }
}
