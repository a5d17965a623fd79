import Foundation
import Imaging
import Tensors

/// One random window per image, resized with antialiasing: fastai's `RandomResizedCrop`.
///
/// In validation the whole image is squished to a size that is larger by `validationMargin`, and its center is cut out.
public struct RandomResizedCrop: CheckedTransform {
  /// Rows and columns of the result (`size`).
  package let size: ImageSize
  /// The smallest share of the area (`min_scale`).
  package let minimumScale: Double
  /// The largest share of the area (`max_scale`).
  package let maximumScale: Double
  /// The smallest and the largest width per height (`ratio`).
  package let ratio: [Double]
  /// The share by which the image of validation is larger, rounded up to a multiple of 8 pixels (`val_xtra`).
  package let validationMargin: Double

  /// Creates a square crop with fastai's defaults.
  public init(
    _ size: Int, minimumScale: Double = 0.08, maximumScale: Double = 1,
    ratio: (Double, Double) = (3.0 / 4, 4.0 / 3), validationMargin: Double = 0.14
  ) {
    self.init(
      ImageSize(height: size, width: size), minimumScale: minimumScale, maximumScale: maximumScale,
      ratio: ratio, validationMargin: validationMargin)
  }

  /// Creates a crop with fastai's defaults.
  ///
  /// - Parameters:
  ///   - size: Rows and columns of the result (`size`).
  ///   - minimumScale: The smallest share of the area (`min_scale`).
  ///   - maximumScale: The largest share of the area (`max_scale`).
  ///   - ratio: The smallest and the largest width per height (`ratio`).
  ///   - validationMargin: The share by which the image of validation is larger (`val_xtra`).
  public init(
    _ size: ImageSize, minimumScale: Double = 0.08, maximumScale: Double = 1,
    ratio: (Double, Double) = (3.0 / 4, 4.0 / 3), validationMargin: Double = 0.14
  ) {
    self.size = size
    self.minimumScale = minimumScale
    self.maximumScale = maximumScale
    self.ratio = [ratio.0, ratio.1]
    self.validationMargin = validationMargin
    check()
  }

  /// fastai's position.
  public var order: Int { 1 }
  /// Masks and boxes follow the geometry.
  public var effects: TransformEffects { [.pixels, .geometry] }
  /// `size`.
  public func outputSize(of _: ImageSize?) -> ImageSize? { size }

  /// Cuts the window out and resizes it.
  public func apply(to sample: inout Sample, _ context: inout TransformContext) {
    let input = sample.size
    guard context.mode == .training else {
      let longer = Double(max(size.height, size.width))
      let margin = Int((longer * validationMargin / 8).rounded(.up)) * 8
      let larger = ImageSize(height: size.height + margin, width: size.width + margin)
      sample.cut(
        PixelWindow(x: 0, y: 0, width: input.width, height: input.height), padMode: .zeros,
        resizedTo: larger)
      sample.cut(
        .centered(
          width: size.width, height: size.height, in: (larger.height, larger.width)),
        padMode: .zeros)
      return
    }
    sample.cut(window(in: input, &context.random), padMode: .zeros, resizedTo: size)
  }

  /// fastai's rule: up to ten draws of area and aspect ratio, else the largest window at the center.
  func window(in size: ImageSize, _ random: inout RandomSource) -> PixelWindow {
    if let part = drawn.drawSize(in: size, &random) {
      let x = Int(random.next() % UInt64(size.width - part.width + 1))
      let y = Int(random.next() % UInt64(size.height - part.height + 1))
      return PixelWindow(x: x, y: y, width: part.width, height: part.height)
    }
    let aspect = Double(size.width) / Double(size.height)
    var (w, h) = (size.width, size.height)
    if aspect < ratio[0] { h = max(1, Int(Double(w) / ratio[0])) }
    if aspect > ratio[1] { w = max(1, Int(Double(h) * ratio[1])) }
    return .centered(width: w, height: h, in: (size.height, size.width))
  }

  /// In validation, if the result is not larger than the image.
  public func isCacheable(_ sample: Sample, in mode: PipelineMode) -> Bool {
    mode == .validation && size.isNotLarger(than: sample.size)
  }

  private var drawn: RandomWindow {
    RandomWindow(scales: (minimumScale, maximumScale), ratio: ratio)
  }

  var fault: String? {
    fault(drawn, of: size) ?? fault("validationMargin", validationMargin, in: 0...8)
  }
}

extension ImageSize {
  /// Whether it has at most as many pixels.
  func isNotLarger(than other: ImageSize) -> Bool {
    height * width <= other.height * other.width
  }
}
