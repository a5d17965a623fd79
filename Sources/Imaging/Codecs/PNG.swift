import CCodecs

/// PNG files in and out.
///
/// Gray and RGB come out as they are; palettes are looked up and 1, 2 and 4 bits widened. Alpha is
/// dropped, not blended: the stored colors stay, as Pillow's `convert("RGB")` and so fastai do.
public enum PNG {
  /// Whether the bytes begin as a PNG file does.
  public static func isPNG(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
  }

  /// Decodes a PNG file's bytes; 16-bit samples are scaled to 8.
  ///
  /// - Parameters:
  ///   - bytes: The whole file; any bytes at all are safe to give.
  ///   - pixelLimit: More pixels than this are refused before memory is taken.
  /// - Returns: An image of one channel (gray) or three (RGB).
  /// - Throws: `ImageFileError` when the bytes are no sound PNG.
  public static func decode(
    _ bytes: [UInt8], pixelLimit: Int = 1 << 28
  ) throws(ImageFileError) -> PixelBuffer {
    CodecCalls.takePixels(try decode(bytes, pixelLimit: pixelLimit, keeping16Bits: false))
  }

  /// Decodes a gray PNG without losing depth: values up to 255, or up to 65535 for 16-bit files.
  ///
  /// - Returns: The stored values and the bits per sample (8 or 16).
  /// - Throws: `ImageFileError` when the bytes are no sound PNG, or a color one.
  public static func decodeGray(
    _ bytes: [UInt8], pixelLimit: Int = 1 << 28
  ) throws(ImageFileError) -> (image: ScalarImage, bits: Int) {
    let image = try decode(bytes, pixelLimit: pixelLimit, keeping16Bits: true)
    guard image.channels == 1 else {
      lb_free(image.samples)
      throw ImageFileError(.unsupported, file: nil, reason: "a color PNG where gray is needed")
    }
    let width = Int(image.width)
    let height = Int(image.height)
    let values: [Float]
    if image.bits == 16 {
      defer { lb_free(image.samples) }
      let stored = UnsafeRawBufferPointer(start: image.samples, count: 2 * width * height)
      values = stored.bindMemory(to: UInt16.self).map { Float($0) }
    } else {
      values = CodecCalls.takePixels(image).samples.map { Float($0) }
    }
    return (ScalarImage(width: width, height: height, values: values), Int(image.bits))
  }

  /// Reads a PNG file.
  ///
  /// - Throws: `ImageFileError`, naming the file.
  public static func read(_ path: String) throws(ImageFileError) -> PixelBuffer {
    let bytes = try FileBytes.read(path)
    do {
      return try decode(bytes)
    } catch {
      throw error.about(path)
    }
  }

  /// Encodes an image as PNG, without loss; `compression` is zlib's level, 0 (none) to 9.
  public static func encode(
    _ image: PixelBuffer, compression: Int = 6
  ) throws(ImageFileError) -> [UInt8] {
    precondition((0...9).contains(compression), "compression \(compression) is not in 0...9")
    return try CodecCalls.encode(image, format: "PNG") { described, made, message, size in
      lb_png_encode(described, Int32(compression), made, message, size)
    }
  }

  /// Encodes whole values 0...65535 as a 16-bit gray PNG; others are rounded and clamped.
  public static func encode16(_ image: ScalarImage) throws(ImageFileError) -> [UInt8] {
    var samples = image.values.map { value in
      value.isNaN ? 0 : UInt16(min(max(value.rounded(), 0), 65535))
    }
    var made = lb_bytes()
    try CodecCalls.check("PNG") { message, size in
      samples.withUnsafeMutableBytes { raw in
        var described = lb_image(
          width: Int32(image.width), height: Int32(image.height), channels: 1, bits: 16,
          samples: raw.baseAddress)
        return lb_png_encode(&described, 6, &made, message, size)
      }
    }
    return CodecCalls.takeBytes(made)
  }

  /// Writes an image as a PNG file, under a temporary name first.
  ///
  /// - Throws: `ImageFileError`, naming the file.
  public static func write(_ image: PixelBuffer, to path: String) throws(ImageFileError) {
    do {
      try FileBytes.write(try encode(image), to: path)
    } catch {
      throw error.about(path)
    }
  }

  private static func decode(
    _ bytes: [UInt8], pixelLimit: Int, keeping16Bits: Bool
  ) throws(ImageFileError) -> lb_image {
    guard isPNG(bytes) else {
      let kind: ImageFileError.Kind = bytes.count < 8 ? .truncated : .notAnImage
      throw ImageFileError(kind, file: nil, reason: "it does not begin as a PNG does")
    }
    var image = lb_image()
    try CodecCalls.check("PNG") { message, size in
      bytes.withUnsafeBufferPointer {
        lb_png_decode(
          $0.baseAddress, $0.count, Int64(pixelLimit), keeping16Bits ? 1 : 0, &image, message,
          size)
      }
    }
    return image
  }
}
