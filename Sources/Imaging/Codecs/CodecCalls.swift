import CCodecs

/// Calls the C codecs: converts status codes to errors and C memory to arrays.
enum CodecCalls {
  /// Calls a codec function; `body` receives a buffer for its message.
  static func check(
    _ format: String, _ body: (UnsafeMutablePointer<CChar>, Int) -> Int32
  ) throws(ImageFileError) {
    var message = [CChar](repeating: 0, count: 256)
    let code = message.withUnsafeMutableBufferPointer { buffer -> Int32 in
      guard let start = buffer.baseAddress else { return Int32(LB_NO_MEMORY) }
      return body(start, buffer.count)
    }
    if code == Int32(LB_OK) { return }
    let text = String(
      decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let detail = text.isEmpty ? format : "\(format): \(text)"
    switch Int(code) {
    case Int(LB_TRUNCATED): throw ImageFileError(.truncated(detail: detail))
    case Int(LB_TOO_LARGE): throw ImageFileError(.tooLarge(detail: detail))
    case Int(LB_UNSUPPORTED): throw ImageFileError(.unsupported(detail: detail))
    case Int(LB_NO_MEMORY): throw ImageFileError(.outOfMemory)
    default: throw ImageFileError(.corrupt(detail: detail))
    }
  }

  /// Copies a decoded image of 8-bit samples and frees the C memory.
  static func takePixels(_ image: lb_image) -> PixelBuffer {
    defer { lb_free(image.samples) }
    let width = Int(image.width)
    let height = Int(image.height)
    let channels = Int(image.channels)
    let samples = [UInt8](
      UnsafeRawBufferPointer(start: image.samples, count: width * height * channels))
    return PixelBuffer(width: width, height: height, channels: channels, samples: samples)
  }

  /// Copies the output of an encoder and frees the C memory.
  static func takeBytes(_ encoded: lb_bytes) -> [UInt8] {
    defer { lb_free(encoded.bytes) }
    return [UInt8](UnsafeRawBufferPointer(start: encoded.bytes, count: encoded.count))
  }

  /// Calls an encoder with the samples of an image.
  static func encode(
    _ image: PixelBuffer, format: String,
    _ encoder: (
      UnsafePointer<lb_image>, UnsafeMutablePointer<lb_bytes>, UnsafeMutablePointer<CChar>, Int
    )
      -> Int32
  ) throws(ImageFileError) -> [UInt8] {
    var samples = image.samples
    var encoded = lb_bytes()
    try check(format) { message, size in
      samples.withUnsafeMutableBytes { raw in
        var described = lb_image(
          width: Int32(image.width), height: Int32(image.height),
          channels: Int32(image.channels), bits: 8, samples: raw.baseAddress)
        return encoder(&described, &encoded, message, size)
      }
    }
    return takeBytes(encoded)
  }
}
