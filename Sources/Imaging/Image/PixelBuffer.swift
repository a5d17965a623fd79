/// An 8-bit image: gray (one channel) or RGB (three), rows from the top, channels interleaved.
///
/// The sample of channel `c` at column `x`, row `y` is `samples[(y * width + x) * channels + c]`.
public struct PixelBuffer: Sendable, Equatable {
  /// Columns, in pixels.
  public let width: Int
  /// Rows, in pixels.
  public let height: Int
  /// Samples per pixel: 1 (gray) or 3 (red, green, blue).
  public let channels: Int
  /// The samples, `height * width * channels` of them.
  public var samples: [UInt8] {
    didSet { checkCount() }
  }

  /// Makes an image from its samples.
  ///
  /// - Precondition: `samples.count` is `width * height * channels`; `channels` is 1 or 3.
  public init(width: Int, height: Int, channels: Int, samples: [UInt8]) {
    precondition(channels == 1 || channels == 3, "an image has 1 or 3 channels, not \(channels)")
    precondition(width > 0 && height > 0, "an image of \(width) x \(height) pixels has no pixel")
    self.width = width
    self.height = height
    self.channels = channels
    self.samples = samples
    checkCount()
  }

  /// Makes an image of one value everywhere.
  public init(width: Int, height: Int, channels: Int, filledWith value: UInt8 = 0) {
    self.init(
      width: width, height: height, channels: channels,
      samples: [UInt8](repeating: value, count: width * height * channels))
  }

  private func checkCount() {
    precondition(
      samples.count == width * height * channels,
      "\(width) x \(height) x \(channels) samples are \(width * height * channels), "
        + "not \(samples.count)")
  }
}
