package import Layers
package import Tensors

/// Two 3×3 convolutions with a shortcut: timm's `BasicBlock`.
package final class TimmBasicBlock: Module {
  let conv1: Conv2D
  let bn1: BatchNorm
  let act1 = ReLU()
  let aa: Module?
  let conv2: Conv2D
  let bn2: BatchNorm
  let se: SqueezeExcitation?
  let act2 = ReLU()
  let downsample: Sequential?

  /// Creates a block from `inputs` to `channels` channels.
  package init(_ inputs: Int, _ channels: Int, stride: Int = 1, _ options: TimmOptions) {
    aa = options.downsamplingLayer(stride)
    conv1 = Conv2D(
      inputs, channels, kernelSize: 3, stride: Extent(aa == nil ? stride : 1), padding: 1,
      bias: false)
    bn1 = BatchNorm(channels)
    conv2 = Conv2D(channels, channels, kernelSize: 3, padding: 1, bias: false)
    bn2 = BatchNorm(channels)
    se = options.squeezeExcitation ? SqueezeExcitation(channels) : nil
    downsample = options.shortcut(inputs, channels, stride: stride)
    bn2.weight.initializer = .zeros
  }

  /// `act2(se(bn2(conv2(aa(act1(bn1(conv1(x))))))) + shortcut(x))`.
  package override func forward(_ input: Tensor) -> Tensor {
    let x = Module.convolved(conv1, bn1, act1, input)
    return ending(conv2, bn2, se, act2, adding: downsample?(input) ?? input, aa?(x) ?? x)
  }
}

/// 1×1, 3×3 and 1×1 convolutions with a shortcut: timm's `Bottleneck`.
package final class TimmBottleneck: Module {
  let conv1: Conv2D
  let bn1: BatchNorm
  let act1 = ReLU()
  let conv2: Conv2D
  let bn2: BatchNorm
  let act2 = ReLU()
  let aa: Module?
  let conv3: Conv2D
  let bn3: BatchNorm
  let se: SqueezeExcitation?
  let act3 = ReLU()
  let downsample: Sequential?

  /// Creates a block from `inputs` to `4 * channels` channels.
  package init(
    _ inputs: Int, _ channels: Int, stride: Int = 1, groups: Int = 1, baseWidth: Int = 64,
    _ options: TimmOptions
  ) {
    let width = channels * baseWidth / 64 * groups
    aa = options.downsamplingLayer(stride)
    conv1 = Conv2D(inputs, width, kernelSize: 1, bias: false)
    bn1 = BatchNorm(width)
    conv2 = Conv2D(
      width, width, kernelSize: 3, stride: Extent(aa == nil ? stride : 1), padding: 1,
      groups: groups, bias: false)
    bn2 = BatchNorm(width)
    conv3 = Conv2D(width, channels * 4, kernelSize: 1, bias: false)
    bn3 = BatchNorm(channels * 4)
    se = options.squeezeExcitation ? SqueezeExcitation(channels * 4) : nil
    downsample = options.shortcut(inputs, channels * 4, stride: stride)
    bn3.weight.initializer = .zeros
  }

  /// `act3(se(bn3(conv3(aa(act2(bn2(conv2(act1(bn1(conv1(x)))))))))) + shortcut(x))`.
  package override func forward(_ input: Tensor) -> Tensor {
    let x = Module.convolved(conv1, bn1, act1, input)
    let y = Module.convolved(conv2, bn2, act2, x)
    return ending(conv3, bn3, se, act3, adding: downsample?(input) ?? input, aa?(y) ?? y)
  }
}

/// The end of a block: convolution and batch norm, optional squeeze and excitation, sum and ReLU.
private func ending(
  _ convolution: Conv2D, _ norm: BatchNorm, _ squeeze: SqueezeExcitation?, _ relu: ReLU,
  adding shortcut: Tensor, _ input: Tensor
) -> Tensor {
  guard let squeeze else {
    return Module.convolved(convolution, norm, relu, adding: shortcut, input)
  }
  let y = squeeze(Module.convolved(convolution, norm, nil, input))
  return relu.isHooked ? relu(y + shortcut) : Tensor.addReLU(y, shortcut)
}
