import Imaging
import Tensors

/// A window of a fixed size, at a random place in training and in the center in validation: fastai's `RandomCrop`.
///
/// Where the image is smaller than the window, the rest is filled.
public struct RandomCrop: CheckedTransform {
  /// Rows and columns of the result (`size`).
  package let size: ImageSize

  /// Creates a square crop.
  public init(_ size: Int) {
    self.init(ImageSize(height: size, width: size))
  }

  /// Creates a crop.
  public init(_ size: ImageSize) {
    self.size = size
    check()
  }

  /// fastai's position.
  public var order: Int { 1 }
  /// Masks and boxes follow the geometry.
  public var effects: TransformEffects { [.pixels, .geometry] }
  /// `size`.
  public func outputSize(of _: ImageSize?) -> ImageSize? { size }

  /// Cuts the window out.
  public func apply(to sample: inout Sample, _ context: inout TransformContext) {
    let input = sample.size
    var window = PixelWindow.centered(
      width: size.width, height: size.height, in: (input.height, input.width))
    if context.mode == .training {
      func start(_ free: Int) -> Int {
        let number = context.random.next()
        // fastai keeps at least one pixel outside.
        return free < 0 ? -1 - Int(number % UInt64(-free)) : Int(number % UInt64(free + 1))
      }
      window.x = start(input.width - size.width)
      window.y = start(input.height - size.height)
    }
    sample.cut(window, padMode: .zeros)
  }

  /// In validation, if the result is not larger than the image.
  public func isCacheable(_ sample: Sample, in mode: PipelineMode) -> Bool {
    mode == .validation && size.isNotLarger(than: sample.size)
  }

  var fault: String? {
    fault("size.height", size.height, in: 1...8192) ?? fault("size.width", size.width, in: 1...8192)
  }
}
