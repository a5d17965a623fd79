/// Stride, padding, dilation and groups of a two-dimensional convolution.
package struct ConvolutionGeometry: Sendable, Hashable {
  package var stride: Extent
  /// Zeros on both sides of the image.
  package var padding: Extent
  package var dilation: Extent
  package var groups: Int

  /// Creates a geometry; the defaults are those of PyTorch.
  package init(stride: Extent = 1, padding: Extent = 0, dilation: Extent = 1, groups: Int = 1) {
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.groups = groups
  }
}
