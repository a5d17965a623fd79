public import Tensors

/// A binomial blur in front of a stride, against aliasing: timm's `BlurPool2d`.
///
/// Without parameters.
public final class BlurPool2D: Module {
  /// Rows and columns of the filter.
  public let filterSize: Int
  /// Pixels between two results.
  public let stride: Int

  /// Makes a blur; 3×3 with stride 2 unless said.
  public init(filterSize: Int = 3, stride: Int = 2) {
    self.filterSize = filterSize
    self.stride = stride
  }

  /// `[batch, channels, height, width]` to `[batch, channels, h', w']`.
  public override func forward(_ input: Tensor) -> Tensor {
    input.blurPool2d(filterSize: filterSize, stride: stride)
  }
}
