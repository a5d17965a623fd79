import Imaging
import Tensors

/// Resizes so that the longer side has a length, and keeps the aspect ratio: fastai's `RatioResize`.
///
/// Results differ in size, so another transform has to fix it, such as `RandomResizedCropGPU`.
public struct RatioResize: CheckedTransform {
  /// The length of the longer side (`max_sz`).
  package let maximumSize: Int

  /// Creates a resize.
  public init(_ maximumSize: Int) {
    self.maximumSize = maximumSize
    check()
  }

  /// fastai's position.
  public var order: Int { 1 }
  /// Masks and boxes follow the geometry.
  public var effects: TransformEffects { [.pixels, .geometry] }
  /// It depends on the image.
  public func outputSize(of size: ImageSize?) -> ImageSize? { size.map(resized) }

  private func resized(_ size: ImageSize) -> ImageSize {
    let (w, h, side) = (Double(size.width), Double(size.height), Double(maximumSize))
    return size.width >= size.height
      ? ImageSize(height: max(1, Int(h * side / w)), width: maximumSize)
      : ImageSize(height: maximumSize, width: max(1, Int(w * side / h)))
  }

  /// Resizes, by fastai's `Resize` to the new size: what rounding leaves over is cropped.
  public func apply(to sample: inout Sample, _ context: inout TransformContext) {
    let (input, size) = (sample.size, resized(sample.size))
    let window = ResizeMethod.crop.window(
      from: (input.height, input.width), to: (size.height, size.width), at: (0.5, 0.5))
    sample.cut(
      PixelWindow(x: window.x, y: window.y, width: window.width, height: window.height),
      padMode: .zeros, resizedTo: size)
  }

  /// If the result is not larger than the image.
  public func isCacheable(_ sample: Sample, in mode: PipelineMode) -> Bool {
    maximumSize <= max(sample.size.height, sample.size.width)
  }

  var fault: String? { fault("maximumSize", maximumSize, in: 1...8192) }
}
