package import Tensors

/// Where the cells of an activation lie in the network's input, along one axis.
///
/// Cell `i` is centered at `center + i * step`, in continuous input pixels with pixel edges at whole
/// numbers. A window of `kernel` elements with `stride` and `padding` maps (Araujo et al., Distill 2019)
///
///     center' = center + step · ((kernel − 1) · dilation / 2 − padding)
///     step'   = step · stride
///     size'   = size + step · (kernel − 1) · dilation
///
/// So the cells of a ResNet's `layer4` are at 32 i, not at 32 i + 16, where an even division of the image
/// puts them.
package struct ReceptiveField: Sendable, Equatable {
  /// The center of the first cell.
  package var center: Double
  /// The distance between the centers of neighboring cells.
  package var step: Double
  /// The extent of the input that a cell depends on.
  package var size: Double

  package init(center: Double, step: Double, size: Double) {
    self.center = center
    self.step = step
    self.size = size
  }

  /// The input itself.
  package static let input = ReceptiveField(center: 0.5, step: 1, size: 1)

  /// Behind a sliding window.
  package func behind(kernel: Int, stride: Int, padding: Int, dilation: Int) -> ReceptiveField {
    let reach = Double((kernel - 1) * dilation)
    return ReceptiveField(
      center: center + step * (reach / 2 - Double(padding)), step: step * Double(stride),
      size: size + step * reach)
  }

  /// Behind a layer of unknown windows that divides `inputs` cells evenly into `outputs`.
  package func dividedEvenly(_ inputs: Int, into outputs: Int) -> ReceptiveField {
    let ratio = Double(inputs) / Double(max(outputs, 1))
    return ReceptiveField(
      center: center + step * (ratio - 1) / 2, step: step * ratio,
      size: size + step * max(ratio - 1, 0))
  }

  /// Cells that divide an image of `length` pixels evenly, as an upsampled map places them.
  package static func even(length: Int, cells: Int) -> ReceptiveField {
    let step = Double(length) / Double(cells)
    return ReceptiveField(center: step / 2, step: step, size: step)
  }
}

/// A layer whose output elements depend on a sliding window of its input.
package protocol SlidingWindow: Module {
  /// Rows and columns of the window, between windows, added on each side, and between elements.
  var window: (kernel: Extent, stride: Extent, padding: Extent, dilation: Extent) { get }
}

extension Conv2D: SlidingWindow {
  package var window: (kernel: Extent, stride: Extent, padding: Extent, dilation: Extent) {
    (
      Extent(weight.shape[2], weight.shape[3]), geometry.stride, geometry.padding,
      geometry.dilation
    )
  }
}

extension MaxPool2D: SlidingWindow {
  package var window: (kernel: Extent, stride: Extent, padding: Extent, dilation: Extent) {
    (geometry.kernelSize, geometry.stride, geometry.padding, 1)
  }
}

extension AvgPool2D: SlidingWindow {
  package var window: (kernel: Extent, stride: Extent, padding: Extent, dilation: Extent) {
    (geometry.kernelSize, geometry.stride, geometry.padding, 1)
  }
}

extension BlurPool2D: SlidingWindow {
  package var window: (kernel: Extent, stride: Extent, padding: Extent, dilation: Extent) {
    // The padding reflects the input; it counts as any other.
    (Extent(filterSize), Extent(stride), Extent((stride + filterSize - 2) / 2), 1)
  }
}
