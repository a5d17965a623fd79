public import Layers
public import Tensors

/// Two 3×3 convolutions with a shortcut around them: the block of ResNet-18 and -34.
public final class BasicBlock: Module {
  let conv1: Conv2D
  let bn1: BatchNorm
  let relu = ReLU()
  let conv2: Conv2D
  let bn2: BatchNorm
  let downsample: Sequential?

  /// Makes a block from `inputs` to `channels` channels.
  public init(_ inputs: Int, _ channels: Int, stride: Int = 1) {
    conv1 = Conv2D(
      inputs, channels, kernelSize: 3, stride: Extent(stride), padding: 1, bias: false)
    bn1 = BatchNorm(channels)
    conv2 = Conv2D(channels, channels, kernelSize: 3, padding: 1, bias: false)
    bn2 = BatchNorm(channels)
    downsample = projection(inputs, channels, stride: stride)
  }

  /// `relu(bn2(conv2(relu(bn1(conv1(x))))) + shortcut(x))`.
  public override func forward(_ input: Tensor) -> Tensor {
    let x = Module.convolved(conv1, bn1, relu, input)
    return Module.convolved(conv2, bn2, relu, adding: downsample?(input) ?? input, x)
  }
}

/// 1×1, 3×3, 1×1 convolutions with a shortcut around them: the block of ResNet-50, -101 and -152.
///
/// The stride is on the 3×3 convolution, as in torchvision.
public final class Bottleneck: Module {
  let conv1: Conv2D
  let bn1: BatchNorm
  let conv2: Conv2D
  let bn2: BatchNorm
  let conv3: Conv2D
  let bn3: BatchNorm
  let relu = ReLU()
  let downsample: Sequential?

  /// Makes a block from `inputs` to four times `channels` channels.
  public init(
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

  /// `relu(bn3(conv3(relu(bn2(conv2(relu(bn1(conv1(x)))))))) + shortcut(x))`.
  public override func forward(_ input: Tensor) -> Tensor {
    let x = Module.convolved(conv1, bn1, relu, input)
    let y = Module.convolved(conv2, bn2, relu, x)
    return Module.convolved(conv3, bn3, relu, adding: downsample?(input) ?? input, y)
  }
}

/// The shortcut where shapes change: a 1×1 convolution and batch norm.
func projection(_ inputs: Int, _ outputs: Int, stride: Int) -> Sequential? {
  guard stride != 1 || inputs != outputs else { return nil }
  return Sequential(
    Conv2D(inputs, outputs, kernelSize: 1, stride: Extent(stride), bias: false), BatchNorm(outputs))
}
