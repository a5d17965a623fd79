public import Imaging
import Tensors

/// How coordinate transforms sample an image: arguments of fastai's affine transforms.
public struct CoordinateSampling: Sendable, Equatable, Codable {
  /// Rows and columns of the result, in training and validation (`size`); nil: those of the image.
  public var size: ImageSize?
  /// Bilinear, or the nearest pixel (`mode`).
  public var mode: Resampling
  /// What is found outside of the image (`pad_mode`).
  public var padMode: PadMode
  /// Whether the centers of the corner pixels stay where they are, not their outer corners (`align_corners`).
  public var alignsCorners: Bool

  /// Creates fastai's defaults.
  public init(
    size: ImageSize? = nil, mode: Resampling = .bilinear, padMode: PadMode = .reflection,
    alignsCorners: Bool = true
  ) {
    self.size = size
    self.mode = mode
    self.padMode = padMode
    self.alignsCorners = alignsCorners
  }

  var gridSampling: GridSampling {
    let padding: GridSampling.Padding =
      switch padMode {
      case .zeros: .zeros
      case .border: .border
      case .reflection: .reflection
      }
    return GridSampling(
      padding: padding, isNearest: mode == .nearest, alignsCorners: alignsCorners)
  }
}

/// The arguments that fastai's affine transforms share, stored only where they are no defaults.
package struct CoordinateOptions: Sendable, Equatable, Codable {
  var sampling: CoordinateSampling
  /// One draw for all images of a batch (`batch`).
  var isPerBatch: Bool

  /// nil: the defaults.
  init?(_ sampling: CoordinateSampling, isPerBatch: Bool) {
    guard sampling != CoordinateSampling() || isPerBatch else { return nil }
    self.sampling = sampling
    self.isPerBatch = isPerBatch
  }
}

/// A built-in transform that draws a map in training, and nothing in validation.
protocol RandomCoordinateTransform: CoordinateTransform, CheckedTransform {
  var options: CoordinateOptions? { get }
  /// Draws a map; nil: none this time.
  func draw(_ random: inout RandomSource) -> CoordinateMap?
}

extension RandomCoordinateTransform {
  /// The sampling that was given.
  public var sampling: CoordinateSampling { options?.sampling ?? CoordinateSampling() }

  /// Draws a map in training.
  public func coordinates(_ context: inout TransformContext) -> CoordinateMap? {
    guard context.mode == .training else { return nil }
    return context.draw(isPerBatch: options?.isPerBatch == true, draw)
  }

  /// What is wrong with the size.
  var optionsFault: String? {
    guard let size = sampling.size else { return nil }
    return fault("size.height", size.height, in: 1...8192)
      ?? fault("size.width", size.width, in: 1...8192)
  }
}

extension TransformContext {
  /// Draws from the stream of the item or of the batch.
  mutating func draw<Value>(
    isPerBatch: Bool, _ body: (inout RandomSource) -> Value
  ) -> Value {
    isPerBatch ? body(&batchRandom) : body(&random)
  }
}
