public import Tensors

/// The largest value of each window.
public final class MaxPool2D: Module {
  /// Window, stride, margin.
  package let geometry: PoolingGeometry

  /// Makes a pooling layer; the stride is the kernel's size unless given.
  public init(
    kernelSize: Extent, stride: Extent? = nil, padding: Extent = 0, ceilMode: Bool = false
  ) {
    geometry = PoolingGeometry(
      kernelSize: kernelSize, stride: stride, padding: padding, ceilMode: ceilMode)
  }

  /// `[batch, channels, height, width]` to `[batch, channels, h', w']`.
  public override func forward(_ input: Tensor) -> Tensor { input.maxPool2d(geometry) }
}

/// The mean of each window.
public final class AvgPool2D: Module {
  /// Window, stride, margin.
  package let geometry: PoolingGeometry

  /// Makes a pooling layer; the stride is the kernel's size unless given.
  public init(
    kernelSize: Extent, stride: Extent? = nil, padding: Extent = 0, ceilMode: Bool = false,
    countsPadding: Bool = true
  ) {
    geometry = PoolingGeometry(
      kernelSize: kernelSize, stride: stride, padding: padding, ceilMode: ceilMode,
      countsPadding: countsPadding)
  }

  /// `[batch, channels, height, width]` to `[batch, channels, h', w']`.
  public override func forward(_ input: Tensor) -> Tensor { input.avgPool2d(geometry) }
}

/// Means over windows that divide the image into a fixed number of parts.
public final class AdaptiveAvgPool2D: Module {
  /// Rows and columns of the result.
  public let outputSize: Extent

  /// Makes a pooling layer; one value per channel unless said.
  public init(_ outputSize: Extent = 1) { self.outputSize = outputSize }

  /// `[batch, channels, height, width]` to `[batch, channels, rows, columns]`.
  public override func forward(_ input: Tensor) -> Tensor { input.adaptiveAvgPool2d(outputSize) }
}

/// Maxima, then means, of each channel: the first layer of fastai's head.
public final class AdaptiveConcatPool2D: Module {
  /// Rows and columns of the result.
  public let outputSize: Extent

  /// Makes a pooling layer; one maximum and one mean per channel unless said.
  public init(_ outputSize: Extent = 1) { self.outputSize = outputSize }

  /// `[batch, channels, height, width]` to `[batch, 2 channels, rows, columns]`.
  public override func forward(_ input: Tensor) -> Tensor { input.adaptiveConcatPool2d(outputSize) }
}

/// All dimensions behind the first as one.
public final class Flatten: Module {
  /// `[batch, …]` to `[batch, count]`.
  public override func forward(_ input: Tensor) -> Tensor { input.flattened() }
}
