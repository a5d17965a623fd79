package import Layers
package import Tensors

/// A path of convolutions and a shortcut, with ReLU after their sum: fastai's `ResBlock`.
package final class XResNetBlock: Module {
  let convpath: Sequential
  let idpath: Sequential
  let act = ReLU()
  private let last: (layer: Sequential, convolution: Conv2D, norm: BatchNorm)

  /// Creates a block of `width` output channels, or `4 * width` for a bottleneck.
  package init(_ block: ResidualBlockKind, _ inputs: Int, _ width: Int, stride: Int = 1) {
    let outputs = width * block.expansion
    let convolution: Conv2D
    switch block {
    case .basic:
      convolution = Conv2D(width, outputs, kernelSize: 3, padding: 1, bias: false)
    case .bottleneck:
      convolution = Conv2D(width, outputs, kernelSize: 1, bias: false)
    }
    let norm = BatchNorm(outputs)
    norm.weight.initializer = .zeros
    last = (Sequential(convolution, norm), convolution, norm)
    convpath =
      block == .basic
      ? Sequential(convLayer(inputs, width, kernelSize: 3, stride: stride), last.layer)
      : Sequential(
        convLayer(inputs, width, kernelSize: 1),
        convLayer(width, width, kernelSize: 3, stride: stride), last.layer)
    var shortcut: [Module] = []
    // In ceil mode without padding, PyTorch's mean counts only pixels of the image.
    if stride != 1 {
      shortcut.append(AvgPool2D(kernelSize: Extent(stride), ceilMode: true, countsPadding: false))
    }
    if inputs != outputs {
      shortcut.append(
        Sequential(Conv2D(inputs, outputs, kernelSize: 1, bias: false), BatchNorm(outputs)))
    }
    idpath = Sequential(shortcut)
  }

  /// `act(convpath(x) + idpath(x))`.
  package override func forward(_ input: Tensor) -> Tensor {
    let shortcut = idpath(input)
    guard !convpath.isHooked, !last.layer.isHooked else {
      let y = convpath(input) + shortcut
      return act(y)
    }
    let x = Module.inSequence(convpath.layers.dropLast(), input)
    return Module.convolved(last.convolution, last.norm, act, adding: shortcut, x)
  }
}

/// A convolution with "same" padding, batch norm and ReLU: fastai's `ConvLayer`.
func convLayer(_ inputs: Int, _ outputs: Int, kernelSize: Int, stride: Int = 1)
  -> Sequential
{
  Sequential(
    Conv2D(
      inputs, outputs, kernelSize: Extent(kernelSize), stride: Extent(stride),
      padding: Extent(kernelSize / 2), bias: false),
    BatchNorm(outputs), ReLU())
}
