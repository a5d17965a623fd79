public import Tensors

/// The maximum of each window: PyTorch's `MaxPool2d`.
public final class MaxPool2D: Module {
  let geometry: PoolingGeometry

  /// Creates a pooling layer.
  ///
  /// - Parameters:
  ///   - kernelSize: Rows and columns of a window.
  ///   - stride: Rows and columns between two windows. Default: the kernel size.
  ///   - padding: Rows and columns of -∞ on each side.
  ///   - ceilMode: Whether a last, incomplete window counts.
  public init(
    kernelSize: Extent, stride: Extent? = nil, padding: Extent = 0, ceilMode: Bool = false
  ) {
    geometry = PoolingGeometry(
      kernelSize: kernelSize, stride: stride, padding: padding, ceilMode: ceilMode)
  }

  /// `[batch, channels, height, width]` to `[batch, channels, h', w']`.
  public override func forward(_ input: Tensor) -> Tensor { input.maxPool2d(geometry) }
}

/// The mean of each window: PyTorch's `AvgPool2d`.
public final class AvgPool2D: Module {
  let geometry: PoolingGeometry

  /// Creates a pooling layer.
  ///
  /// - Parameters:
  ///   - kernelSize: Rows and columns of a window.
  ///   - stride: Rows and columns between two windows. Default: the kernel size.
  ///   - padding: Zeros on each side.
  ///   - ceilMode: Whether a last, incomplete window counts.
  ///   - countsPadding: Whether zeros from padding count in the mean (`count_include_pad`).
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

/// Means over a fixed number of windows that cover the image: PyTorch's `AdaptiveAvgPool2d`.
public final class AdaptiveAvgPool2D: Module {
  package let outputSize: Extent

  /// Creates a pooling layer.
  ///
  /// - Parameter outputSize: Rows and columns of the output.
  public init(_ outputSize: Extent = 1) { self.outputSize = outputSize }

  /// `[batch, channels, height, width]` to `[batch, channels, rows, columns]`.
  public override func forward(_ input: Tensor) -> Tensor { input.adaptiveAvgPool2d(outputSize) }
}

/// Maxima over a fixed number of windows that cover the image: PyTorch's `AdaptiveMaxPool2d`.
public final class AdaptiveMaxPool2D: Module {
  private let outputSize: Extent

  /// Creates a pooling layer.
  ///
  /// - Parameter outputSize: Rows and columns of the output.
  public init(_ outputSize: Extent = 1) { self.outputSize = outputSize }

  /// `[batch, channels, height, width]` to `[batch, channels, rows, columns]`.
  public override func forward(_ input: Tensor) -> Tensor { input.adaptiveMaxPool2d(outputSize) }
}

/// Maxima and means, concatenated along the channels: fastai's `AdaptiveConcatPool2d` (see `createHead`).
package final class AdaptiveConcatPool2D: Module {
  private let outputSize: Extent

  /// Creates a pooling layer.
  ///
  /// - Parameter outputSize: Rows and columns of the output.
  package init(_ outputSize: Extent = 1) { self.outputSize = outputSize }

  /// `[batch, channels, height, width]` to `[batch, 2 channels, rows, columns]`; maxima first.
  package override func forward(_ input: Tensor) -> Tensor {
    input.adaptiveConcatPool2d(outputSize)
  }
}

/// Flattens all dimensions but the first: PyTorch's `Flatten`.
public final class Flatten: Module {
  /// `[batch, …]` to `[batch, count]`.
  public override func forward(_ input: Tensor) -> Tensor { input.flattened() }
}
