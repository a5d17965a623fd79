public import Imaging
import Tensors

/// A fixed size by cropping, padding or squishing: fastai's `Resize`.
///
/// In training the window lies at a random place, in validation in the center.
public struct Resize: CheckedTransform {
  /// Rows of the result.
  package let height: Int
  /// Columns of the result.
  package let width: Int
  /// How the aspect ratio changes (`method`).
  package let method: ResizeMethod
  /// What fills the margins of `.pad` (`pad_mode`).
  package let padMode: PadMode

  /// Creates a square resize.
  public init(_ size: Int, method: ResizeMethod = .crop, padMode: PadMode = .reflection) {
    self.init(height: size, width: size, method: method, padMode: padMode)
  }

  /// Creates a resize.
  public init(
    height: Int, width: Int, method: ResizeMethod = .crop, padMode: PadMode = .reflection
  ) {
    self.height = height
    self.width = width
    self.method = method
    self.padMode = padMode
    check()
  }

  /// fastai's position.
  public var order: Int { 1 }
  /// Masks and boxes follow the geometry.
  public var effects: TransformEffects { [.pixels, .geometry] }
  /// `height` and `width`.
  public func outputSize(of _: ImageSize?) -> ImageSize? { ImageSize(height: height, width: width) }

  /// Resizes the window.
  public func apply(to sample: inout Sample, _ context: inout TransformContext) {
    var place = (x: 0.5, y: 0.5)
    if context.mode == .training, method != .squish {
      place = (context.random.uniform(), context.random.uniform())
    }
    let size = sample.size
    let window = method.window(
      from: (size.height, size.width), to: (height, width), at: place)
    sample.cut(
      PixelWindow(x: window.x, y: window.y, width: window.width, height: window.height),
      padMode: padMode, resizedTo: ImageSize(height: height, width: width))
  }

  /// True where the place of the window does not matter, and the result is not larger.
  public func isCacheable(_ sample: Sample, in mode: PipelineMode) -> Bool {
    let size = sample.size
    guard height * width <= size.height * size.width else { return false }
    if mode == .validation { return true }
    let window = method.window(
      from: (size.height, size.width), to: (height, width), at: (0.5, 0.5))
    return window.height == size.height && window.width == size.width
  }

  var fault: String? {
    fault("height", height, in: 1...8192) ?? fault("width", width, in: 1...8192)
  }
}
