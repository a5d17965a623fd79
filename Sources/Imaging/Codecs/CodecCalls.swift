import CCodecs

/// The bridge to the C codecs: codes become errors, C's memory becomes arrays.
enum CodecCalls {
  /// The default limit: 2^28 pixels, a square of 16,384.
  static let pixelLimit = 1 << 28

  /// Runs one codec function; `body` gets the room for its message.
  static func check(
    _ format: String, _ body: (UnsafeMutablePointer<CChar>, Int) -> Int32
  ) throws(ImageFileError) {
    var message = [CChar](repeating: 0, count: 256)
    let code = message.withUnsafeMutableBufferPointer { room -> Int32 in
      guard let start = room.baseAddress else { return Int32(LB_NO_MEMORY) }
      return body(start, room.count)
    }
    if code == Int32(LB_OK) { return }
    let text = String(
      decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let kind: ImageFileError.Kind =
      switch Int(code) {
      case Int(LB_TRUNCATED): .truncated
      case Int(LB_TOO_LARGE): .tooLarge
      case Int(LB_UNSUPPORTED): .unsupported
      case Int(LB_NO_MEMORY): .outOfMemory
      default: .corrupt
      }
    throw ImageFileError(kind, file: nil, reason: "\(format): \(text.isEmpty ? "\(kind)" : text)")
  }

  /// Copies a decoded image of 8-bit samples and gives C's memory back.
  static func takePixels(_ image: lb_image) -> PixelBuffer {
    defer { lb_free(image.samples) }
    let width = Int(image.width)
    let height = Int(image.height)
    let channels = Int(image.channels)
    let samples = [UInt8](
      UnsafeRawBufferPointer(start: image.samples, count: width * height * channels))
    return PixelBuffer(width: width, height: height, channels: channels, samples: samples)
  }

  /// Copies an encoder's bytes and gives C's memory back.
  static func takeBytes(_ made: lb_bytes) -> [UInt8] {
    defer { lb_free(made.bytes) }
    return [UInt8](UnsafeRawBufferPointer(start: made.bytes, count: made.count))
  }

  /// Runs an encoder over an image's samples.
  static func encode(
    _ image: PixelBuffer, format: String,
    _ encoder: (
      UnsafePointer<lb_image>, UnsafeMutablePointer<lb_bytes>, UnsafeMutablePointer<CChar>, Int
    )
      -> Int32
  ) throws(ImageFileError) -> [UInt8] {
    var samples = image.samples
    var made = lb_bytes()
    try check(format) { message, size in
      samples.withUnsafeMutableBytes { raw in
        var described = lb_image(
          width: Int32(image.width), height: Int32(image.height),
          channels: Int32(image.channels), bits: 8, samples: raw.baseAddress)
        return encoder(&described, &made, message, size)
      }
    }
    return takeBytes(made)
  }
}
