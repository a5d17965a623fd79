import Foundation
import Imaging
import Tensors

/// One random window per batch, resampled to a fixed size: fastai's `RandomResizedCropGPU`.
///
/// In validation the center: the whole image, or as much as `ratio` and `validScale` allow.
public struct RandomResizedCropGPU: CheckedTransform {
  /// Rows and columns of the result (`size`).
  package let size: Int
  /// The smallest share of the area (`min_scale`).
  package let minimumScale: Double
  /// The largest share of the area (`max_scale`).
  package let maximumScale: Double
  /// The smallest and the largest width per height (`ratio`).
  package let ratio: [Double]
  /// The share of height and width that the window of validation covers (`valid_scale`).
  package let validScale: Double

  /// Creates a crop with fastai's defaults.
  public init(
    _ size: Int, minimumScale: Double = 0.08, maximumScale: Double = 1,
    ratio: (Double, Double) = (3.0 / 4, 4.0 / 3), validScale: Double = 1
  ) {
    self.size = size
    self.minimumScale = minimumScale
    self.maximumScale = maximumScale
    self.ratio = [ratio.0, ratio.1]
    self.validScale = validScale
    check()
  }

  /// Before affine transforms.
  public var order: Int { 29 }
  /// Masks and boxes follow the geometry.
  public var effects: TransformEffects { [.pixels, .geometry] }
  /// `size` both ways.
  public func outputSize(of _: ImageSize?) -> ImageSize? { ImageSize(height: size, width: size) }

  /// Cuts the window out and resamples it.
  public func apply(to sample: inout Sample, _ context: inout TransformContext) {
    let input = sample.size
    let window =
      context.mode == .training
      ? randomWindow(in: input, &context.batchRandom) : centerWindow(in: input, validScale)
    sample.updateValues { image in
      image = image.cropped(
        top: window.top, left: window.left, height: window.height, width: window.width
      ).resampled(height: size, width: size, affine: [1, 0, 0, 0, 1, 0])
    }
    sample.geometry = sample.geometry.then(geometry(of: window))
  }

  /// A window of an image, in pixels.
  struct Window: Equatable { var top, left, height, width: Int }

  func randomWindow(in size: ImageSize, _ random: inout RandomSource) -> Window {
    let area = Double(size.height * size.width)
    for _ in 0..<10 {
      let wanted = random.uniform(minimumScale, maximumScale) * area
      let aspect = exp(random.uniform(log(ratio[0]), log(ratio[1])))
      let w = Int((wanted * aspect).squareRoot().rounded(.toNearestOrEven))
      let h = Int((wanted / aspect).squareRoot().rounded(.toNearestOrEven))
      guard w <= size.width, h <= size.height, w > 0, h > 0 else { continue }
      let top = Int(random.next() % UInt64(size.height - h + 1))
      let left = Int(random.next() % UInt64(size.width - w + 1))
      return Window(top: top, left: left, height: h, width: w)
    }
    return centerWindow(in: size)
  }

  func centerWindow(in size: ImageSize, _ scale: Double = 1) -> Window {
    let aspect = Double(size.width) / Double(size.height)
    var (h, w) = (size.height, size.width)
    if aspect < ratio[0] { h = Int((Double(w) / ratio[0]).rounded(.toNearestOrEven)) }
    if aspect > ratio[1] { w = Int((Double(h) * ratio[1]).rounded(.toNearestOrEven)) }
    (h, w) = (max(1, Int(Double(h) * scale)), max(1, Int(Double(w) * scale)))
    return Window(top: (size.height - h) / 2, left: (size.width - w) / 2, height: h, width: w)
  }

  /// Corners are aligned: the centers of the first and the last pixel stay where they are.
  private func geometry(of window: Window) -> ImageGeometry {
    func axis(_ length: Int, _ start: Int) -> (scale: Double, offset: Double) {
      let scale = size > 1 ? Double(max(length - 1, 1)) / Double(size - 1) : Double(length)
      return (scale, Double(start) + 0.5 - 0.5 * scale)
    }
    let (x, y) = (axis(window.width, window.left), axis(window.height, window.top))
    return ImageGeometry(scaleX: x.scale, scaleY: y.scale, offsetX: x.offset, offsetY: y.offset)
  }

  var fault: String? {
    guard ratio.count == 2 else {
      return "ratio has \(ratio.count) numbers, but must have a smallest and a largest"
    }
    return fault("size", size, in: 1...8192)
      ?? fault("ratio[1]", ratio[1], in: 0.001...1000)
      ?? fault("ratio[0]", ratio[0], in: 0.001...ratio[1])
      ?? fault("maximumScale", maximumScale, in: 0...1)
      ?? fault("minimumScale", minimumScale, in: 0...maximumScale)
      ?? fault("validScale", validScale, in: 0...1)
  }
}
