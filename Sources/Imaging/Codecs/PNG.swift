import CCodecs
import Files

/// The PNG codec.
///
/// Palettes are expanded to RGB and samples of 1, 2 and 4 bits to 8. Alpha is dropped without
/// blending, as by Pillow's `convert("RGB")` and thus fastai. Images are turned upright by their EXIF
/// orientation, as by `JPEG`.
package enum PNG {
  /// Whether the bytes start with the PNG signature.
  package static func isPNG(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
  }

  /// Decodes the bytes of a PNG file; 16-bit samples are scaled to 8 bits.
  ///
  /// - Parameters:
  ///   - bytes: The whole file; untrusted input is safe.
  ///   - pixelLimit: Larger images are rejected before memory is allocated.
  /// - Returns: An image of one channel (gray) or three (RGB).
  /// - Throws: `ImageFileError` if the bytes are not a valid PNG file.
  package static func decode(
    _ bytes: [UInt8], pixelLimit: Int = 1 << 27
  ) throws(ImageFileError) -> PixelBuffer {
    CodecCalls.takePixels(try decode(bytes, pixelLimit: pixelLimit, keeping16Bits: false))
      .upright(from: EXIFOrientation(ofPNG: bytes))
  }

  /// Decodes a grayscale PNG at its full depth: values up to 255, or 65535 for 16-bit files.
  ///
  /// - Returns: The stored values and the bits per sample (8 or 16).
  /// - Throws: `ImageFileError` if the bytes are not a valid PNG file, or the image is in color.
  package static func decodeGray(
    _ bytes: [UInt8], pixelLimit: Int = 1 << 27
  ) throws(ImageFileError) -> (image: ScalarImage, bits: Int) {
    let image = try decode(bytes, pixelLimit: pixelLimit, keeping16Bits: true)
    guard image.channels == 1 else {
      lb_free(image.samples)
      throw ImageFileError(.unsupported(detail: "PNG: a grayscale image is required"))
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
    let upright = EXIFOrientation(ofPNG: bytes).upright(values, width, height, channels: 1)
    let scalars = ScalarImage(
      width: upright.width, height: upright.height, values: upright.samples)
    return (scalars, Int(image.bits))
  }

  /// Decodes a PNG of 16 bits per sample to planes of 0 to 1, gray or red, green and blue; nil if it has fewer bits.
  ///
  /// - Throws: `ImageFileError` if the bytes are not a valid PNG file.
  package static func decode16(
    _ bytes: [UInt8], pixelLimit: Int = 1 << 27
  ) throws(ImageFileError) -> [ScalarImage]? {
    // The bit depth is the ninth byte of the first chunk, IHDR.
    guard bytes.count > 24, bytes[24] == 16 else { return nil }
    let image = try decode(bytes, pixelLimit: pixelLimit, keeping16Bits: true)
    guard image.bits == 16 else {
      lb_free(image.samples)
      return nil
    }
    let (width, height, channels) = (Int(image.width), Int(image.height), Int(image.channels))
    let count = width * height
    let orientation = EXIFOrientation(ofPNG: bytes)
    defer { lb_free(image.samples) }
    let stored = UnsafeRawBufferPointer(start: image.samples, count: 2 * count * channels)
      .bindMemory(to: UInt16.self)
    return (0..<channels).map { c in
      let values = (0..<count).map { Float(stored[$0 * channels + c]) / 65535 }
      let upright = orientation.upright(values, width, height, channels: 1)
      return ScalarImage(width: upright.width, height: upright.height, values: upright.samples)
    }
  }

  /// Reads a PNG file.
  ///
  /// - Throws: `ImageFileError`.
  package static func read(_ path: String) throws(ImageFileError) -> PixelBuffer {
    let bytes = try FileBytes.read(path)
    do {
      return try decode(bytes)
    } catch {
      throw error.at(path)
    }
  }

  /// Encodes an image as PNG; `compression` is zlib's level, 0 (none) to 9.
  package static func encode(
    _ image: PixelBuffer, compression: Int = 6
  ) throws(ImageFileError) -> [UInt8] {
    precondition((0...9).contains(compression), "compression \(compression) is not in 0...9")
    return try CodecCalls.encode(image, format: "PNG") { described, encoded, message, size in
      lb_png_encode(described, Int32(compression), encoded, message, size)
    }
  }

  /// Encodes a figure: several times as fast as `encode` with level 6, by one filter, level 2 and all cores; the file is
  /// a sixth larger.
  ///
  /// - Parameters:
  ///   - figure: The image.
  ///   - dpi: Pixels per inch, which the file states (`pHYs`).
  /// - Returns: The bytes of the file, which do not depend on the number of cores.
  /// - Throws: `ImageFileError` if memory is short.
  package static func encode(
    figure: PixelBuffer, dpi: Double
  ) throws(ImageFileError) -> [UInt8] {
    let perMeter = (dpi / 0.0254).rounded()
    return try CodecCalls.encode(figure, format: "PNG") { described, encoded, _, _ in
      lb_png_encode_figure(
        described, perMeter >= 1 && perMeter < 1e9 ? UInt32(perMeter) : 0,
        Int32(min(ProcessLimits.cores, 16)), encoded)
    }
  }

  /// Encodes values of 0...65535 as a 16-bit grayscale PNG; they are rounded and clamped.
  package static func encode16(_ image: ScalarImage) throws(ImageFileError) -> [UInt8] {
    var samples = image.values.map { value in
      value.isNaN ? 0 : UInt16(min(max(value.rounded(), 0), 65535))
    }
    var encoded = lb_bytes()
    try CodecCalls.check("PNG") { message, size in
      samples.withUnsafeMutableBytes { raw in
        var described = lb_image(
          width: Int32(image.width), height: Int32(image.height), channels: 1, bits: 16,
          samples: raw.baseAddress)
        return lb_png_encode(&described, 6, &encoded, message, size)
      }
    }
    return CodecCalls.takeBytes(encoded)
  }

  /// Writes an image as a PNG file, atomically.
  ///
  /// - Throws: `ImageFileError`.
  package static func write(_ image: PixelBuffer, to path: String) throws(ImageFileError) {
    do {
      try FileBytes.write(try encode(image), to: path)
    } catch {
      throw error.at(path)
    }
  }

  private static func decode(
    _ bytes: [UInt8], pixelLimit: Int, keeping16Bits: Bool
  ) throws(ImageFileError) -> lb_image {
    guard isPNG(bytes) else {
      throw ImageFileError(
        bytes.count < 8
          ? .truncated(detail: "PNG: the signature is incomplete")
          : .notAnImage(FileFormat(head: Array(bytes.prefix(FileFormat.headCount)))))
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
