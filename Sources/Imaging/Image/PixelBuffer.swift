/// An 8-bit image, grayscale (one channel) or RGB (three): rows from the top, channels interleaved.
///
/// The sample of channel `c` at column `x`, row `y` is `samples[(y * width + x) * channels + c]`.
public struct PixelBuffer: Sendable, Equatable {
  /// The number of columns.
  public let width: Int
  /// The number of rows.
  public let height: Int
  /// Samples per pixel: 1 (grayscale) or 3 (red, green, blue).
  public let channels: Int
  /// The `height * width * channels` samples.
  public var samples: [UInt8] {
    didSet { checkCount() }
  }

  /// Creates an image from its samples.
  ///
  /// - Precondition: `samples.count` is `width * height * channels`; `channels` is 1 or 3.
  public init(width: Int, height: Int, channels: Int, samples: [UInt8]) {
    precondition(channels == 1 || channels == 3, "an image has 1 or 3 channels, not \(channels)")
    precondition(
      width > 0 && height > 0, "an image needs at least one pixel, not \(width) x \(height)")
    self.width = width
    self.height = height
    self.channels = channels
    self.samples = samples
    checkCount()
  }

  /// Creates an image with the same value in every sample.
  package init(width: Int, height: Int, channels: Int, filledWith value: UInt8 = 0) {
    self.init(
      width: width, height: height, channels: channels,
      samples: [UInt8](repeating: value, count: width * height * channels))
  }

  private func checkCount() {
    precondition(
      samples.count == width * height * channels,
      "an image of \(width) x \(height) x \(channels) has \(width * height * channels) samples, "
        + "not \(samples.count)")
  }
}
