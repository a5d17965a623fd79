public import Imaging
import Tensors

/// The center of the image in a fixed size, cropped or padded, without resizing: fastai's `CropPad`.
public struct CropPad: CheckedTransform {
  /// Rows and columns of the result (`size`).
  package let size: ImageSize
  /// What fills the margins (`pad_mode`).
  package let padMode: PadMode

  /// Creates a square crop.
  public init(_ size: Int, padMode: PadMode = .zeros) {
    self.init(ImageSize(height: size, width: size), padMode: padMode)
  }

  /// Creates a crop.
  public init(_ size: ImageSize, padMode: PadMode = .zeros) {
    self.size = size
    self.padMode = padMode
    check()
  }

  /// fastai's position.
  public var order: Int { 0 }
  /// Masks and boxes follow the geometry.
  public var effects: TransformEffects { [.pixels, .geometry] }
  /// `size`.
  public func outputSize(of _: ImageSize?) -> ImageSize? { size }

  /// Cuts the window out.
  public func apply(to sample: inout Sample, _ context: inout TransformContext) {
    let input = sample.size
    sample.cut(
      .centered(width: size.width, height: size.height, in: (input.height, input.width)),
      padMode: padMode)
  }

  /// If the result is not larger than the image.
  public func isCacheable(_ sample: Sample, in mode: PipelineMode) -> Bool {
    size.isNotLarger(than: sample.size)
  }

  var fault: String? {
    fault("size.height", size.height, in: 1...8192) ?? fault("size.width", size.width, in: 1...8192)
  }
}
