package import Layers
package import Tensors

/// The kind of block of a residual network.
package enum ResidualBlockKind: Sendable, Hashable {
  /// Two 3×3 convolutions.
  case basic
  /// 1×1, 3×3 and 1×1 convolutions.
  case bottleneck

  /// Output channels per channel of the block's width.
  var expansion: Int { self == .basic ? 1 : 4 }
}

/// Two 3×3 convolutions with a shortcut: torchvision's `BasicBlock`, of ResNet-18 and -34.
package final class BasicBlock: Module, DilatedBlock {
  let conv1: Conv2D
  let bn1: BatchNorm
  let relu = ReLU()
  let conv2: Conv2D
  let bn2: BatchNorm
  let downsample: Sequential?

  /// Creates a block from `inputs` to `channels` channels.
  package init(_ inputs: Int, _ channels: Int, stride: Int = 1) {
    conv1 = Conv2D(
      inputs, channels, kernelSize: 3, stride: Extent(stride), padding: 1, bias: false)
    bn1 = BatchNorm(channels)
    conv2 = Conv2D(channels, channels, kernelSize: 3, padding: 1, bias: false)
    bn2 = BatchNorm(channels)
    downsample = projection(inputs, channels, stride: stride)
  }

  package func place(stride: Int, firstDilation: Int, dilation: Int) {
    conv1.place(stride: stride, dilation: firstDilation)
    conv2.place(stride: 1, dilation: dilation)
    (downsample?[0] as? Conv2D)?.geometry.stride = Extent(stride)
  }

  /// `relu(bn2(conv2(relu(bn1(conv1(x))))) + shortcut(x))`.
  package override func forward(_ input: Tensor) -> Tensor {
    let x = Module.convolved(conv1, bn1, relu, input)
    return Module.convolved(conv2, bn2, relu, adding: downsample?(input) ?? input, x)
  }
}

/// 1×1, 3×3 and 1×1 convolutions with a shortcut: torchvision's `Bottleneck`, of ResNet-50, -101 and
/// -152.
///
/// The stride is in the 3×3 convolution, as in torchvision.
package final class Bottleneck: Module, DilatedBlock {
  let conv1: Conv2D
  let bn1: BatchNorm
  let conv2: Conv2D
  let bn2: BatchNorm
  let conv3: Conv2D
  let bn3: BatchNorm
  let relu = ReLU()
  let downsample: Sequential?

  /// Creates a block from `inputs` to `4 * channels` channels.
  package init(
    _ inputs: Int, _ channels: Int, stride: Int = 1, groups: Int = 1, baseWidth: Int = 64
  ) {
    let width = channels * baseWidth / 64 * groups
    conv1 = Conv2D(inputs, width, kernelSize: 1, bias: false)
    bn1 = BatchNorm(width)
    conv2 = Conv2D(
      width, width, kernelSize: 3, stride: Extent(stride), padding: 1, groups: groups, bias: false)
    bn2 = BatchNorm(width)
    conv3 = Conv2D(width, channels * 4, kernelSize: 1, bias: false)
    bn3 = BatchNorm(channels * 4)
    downsample = projection(inputs, channels * 4, stride: stride)
  }

  package func place(stride: Int, firstDilation: Int, dilation: Int) {
    conv2.place(stride: stride, dilation: firstDilation)
    (downsample?[0] as? Conv2D)?.geometry.stride = Extent(stride)
  }

  /// `relu(bn3(conv3(relu(bn2(conv2(relu(bn1(conv1(x)))))))) + shortcut(x))`.
  package override func forward(_ input: Tensor) -> Tensor {
    let x = Module.convolved(conv1, bn1, relu, input)
    let y = Module.convolved(conv2, bn2, relu, x)
    return Module.convolved(conv3, bn3, relu, adding: downsample?(input) ?? input, y)
  }
}

/// The shortcut of a block whose shape changes: a 1×1 convolution and batch norm.
func projection(_ inputs: Int, _ outputs: Int, stride: Int) -> Sequential? {
  guard stride != 1 || inputs != outputs else { return nil }
  return Sequential(
    Conv2D(inputs, outputs, kernelSize: 1, stride: Extent(stride), bias: false), BatchNorm(outputs))
}
