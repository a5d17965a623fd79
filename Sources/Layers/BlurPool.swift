package import Tensors

/// A binomial blur before a stride, against aliasing: timm's `BlurPool2d`.
///
/// Reference: Zhang, arXiv:1904.11486.
package final class BlurPool2D: Module {
  let filterSize: Int
  let stride: Int

  /// Creates a blur.
  ///
  /// - Parameters:
  ///   - filterSize: Rows and columns of the filter (`filt_size`).
  ///   - stride: The stride.
  package init(filterSize: Int = 3, stride: Int = 2) {
    self.filterSize = filterSize
    self.stride = stride
  }

  /// `[batch, channels, height, width]` to `[batch, channels, h', w']`.
  package override func forward(_ input: Tensor) -> Tensor {
    input.blurPool2d(filterSize: filterSize, stride: stride)
  }
}
