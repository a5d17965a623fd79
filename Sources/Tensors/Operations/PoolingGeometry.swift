/// Kernel size, stride and padding of a pooling operation.
package struct PoolingGeometry: Sendable, Hashable {
  package var kernelSize: Extent
  package var stride: Extent
  /// Padding on both sides: minus infinity for max pooling, zeros for average pooling.
  package var padding: Extent
  /// Keep a last window that exceeds the image (`ceil_mode`).
  package var ceilMode: Bool
  /// Average pooling only: include the padding in the average (`count_include_pad`).
  package var countsPadding: Bool

  /// Creates a geometry; the default stride is the kernel size.
  package init(
    kernelSize: Extent, stride: Extent? = nil, padding: Extent = 0, ceilMode: Bool = false,
    countsPadding: Bool = true
  ) {
    self.kernelSize = kernelSize
    self.stride = stride ?? kernelSize
    self.padding = padding
    self.ceilMode = ceilMode
    self.countsPadding = countsPadding
  }

  /// Number of windows along a dimension; as in PyTorch, no window starts in the trailing padding.
  func windows(_ length: Int, _ kernel: Int, _ stride: Int, _ padding: Int) -> Int {
    let span = length + 2 * padding - kernel + (ceilMode ? stride - 1 : 0)
    guard span >= 0 else { return 0 }
    var count = span / stride + 1
    if ceilMode, (count - 1) * stride >= length + padding { count -= 1 }
    return count
  }
}
