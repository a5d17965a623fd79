public import Layers
public import Tensors

/// What timm's ResNets have beyond torchvision's; their layers go by timm's names.
///
/// The last batch norm of every block begins with weight 0, so that the block begins as the identity.
public struct TimmOptions: Sendable, Hashable {
  /// What stands in front of a stride of 2, against aliasing.
  public enum Antialiasing: Sendable, Hashable {
    /// A binomial blur. Reference: Zhang, arXiv:1904.11486.
    case blur
    /// Means of 2×2 pixels.
    case average
  }

  /// Three 3×3 convolutions of 32, 32 and 64 channels instead of one of 7×7.
  ///
  /// Reference, with `averagesShortcuts`: He et al., arXiv:1812.01187, ResNet-C and -D.
  public var deepStem = false
  /// Shortcuts take means of 2×2 pixels where they would leave three of four out.
  public var averagesShortcuts = false
  /// What a block strides by; nil: its 3×3 convolution.
  public var antialiasing: Antialiasing?
  /// Each block weighs its channels before the sum: squeeze and excitation.
  public var squeezes = false

  /// Makes options; without any, the network differs from torchvision's in names and first values only.
  public init(
    deepStem: Bool = false, averagesShortcuts: Bool = false, antialiasing: Antialiasing? = nil,
    squeezes: Bool = false
  ) {
    self.deepStem = deepStem
    self.averagesShortcuts = averagesShortcuts
    self.antialiasing = antialiasing
    self.squeezes = squeezes
  }

  /// What strides instead of the 3×3 convolution, if anything does.
  func stridingLayer(_ stride: Int) -> Module? {
    guard stride > 1, let antialiasing else { return nil }
    return switch antialiasing {
    case .blur: BlurPool2D(stride: stride)
    case .average: AvgPool2D(kernelSize: Extent(stride))
    }
  }

  /// The pooling of the stem.
  var stemPooling: Module {
    switch antialiasing {
    case nil: MaxPool2D(kernelSize: 3, stride: 2, padding: 1)
    case .blur: Sequential(MaxPool2D(kernelSize: 3, stride: 1, padding: 1), BlurPool2D())
    case .average: AvgPool2D(kernelSize: 2)
    }
  }

  /// The shortcut where shapes change.
  func shortcut(_ inputs: Int, _ outputs: Int, stride: Int) -> Sequential? {
    guard averagesShortcuts else { return projection(inputs, outputs, stride: stride) }
    guard stride != 1 || inputs != outputs else { return nil }
    let pool: Module =
      stride == 1
      ? Identity()
      : AvgPool2D(kernelSize: 2, stride: Extent(stride), ceilMode: true, countsPadding: false)
    return Sequential(
      pool, Conv2D(inputs, outputs, kernelSize: 1, bias: false), BatchNorm(outputs))
  }
}

/// timm's block of two 3×3 convolutions.
public final class TimmBasicBlock: Module {
  let conv1: Conv2D
  let bn1: BatchNorm
  let act1 = ReLU()
  let aa: Module?
  let conv2: Conv2D
  let bn2: BatchNorm
  let se: SqueezeExcitation?
  let act2 = ReLU()
  let downsample: Sequential?

  /// Makes a block from `inputs` to `channels` channels.
  public init(_ inputs: Int, _ channels: Int, stride: Int = 1, _ options: TimmOptions) {
    aa = options.stridingLayer(stride)
    conv1 = Conv2D(
      inputs, channels, kernelSize: 3, stride: Extent(aa == nil ? stride : 1), padding: 1,
      bias: false)
    bn1 = BatchNorm(channels)
    conv2 = Conv2D(channels, channels, kernelSize: 3, padding: 1, bias: false)
    bn2 = BatchNorm(channels)
    se = options.squeezes ? SqueezeExcitation(channels) : nil
    downsample = options.shortcut(inputs, channels, stride: stride)
    bn2.weight.initializer = .zeros
  }

  /// `act2(se(bn2(conv2(aa(act1(bn1(conv1(x))))))) + shortcut(x))`.
  public override func forward(_ input: Tensor) -> Tensor {
    let x = Module.convolved(conv1, bn1, act1, input)
    return ending(conv2, bn2, se, act2, adding: downsample?(input) ?? input, aa?(x) ?? x)
  }
}

/// timm's block of 1×1, 3×3 and 1×1 convolutions.
public final class TimmBottleneck: Module {
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

  /// Makes a block from `inputs` to four times `channels` channels.
  public init(
    _ inputs: Int, _ channels: Int, stride: Int = 1, groups: Int = 1, baseWidth: Int = 64,
    _ options: TimmOptions
  ) {
    let width = channels * baseWidth / 64 * groups
    aa = options.stridingLayer(stride)
    conv1 = Conv2D(inputs, width, kernelSize: 1, bias: false)
    bn1 = BatchNorm(width)
    conv2 = Conv2D(
      width, width, kernelSize: 3, stride: Extent(aa == nil ? stride : 1), padding: 1,
      groups: groups, bias: false)
    bn2 = BatchNorm(width)
    conv3 = Conv2D(width, channels * 4, kernelSize: 1, bias: false)
    bn3 = BatchNorm(channels * 4)
    se = options.squeezes ? SqueezeExcitation(channels * 4) : nil
    downsample = options.shortcut(inputs, channels * 4, stride: stride)
    bn3.weight.initializer = .zeros
  }

  /// `act3(se(bn3(conv3(aa(act2(bn2(conv2(act1(bn1(conv1(x)))))))))) + shortcut(x))`.
  public override func forward(_ input: Tensor) -> Tensor {
    let x = Module.convolved(conv1, bn1, act1, input)
    let y = Module.convolved(conv2, bn2, act2, x)
    return ending(conv3, bn3, se, act3, adding: downsample?(input) ?? input, aa?(y) ?? y)
  }
}

/// A block's last convolution and batch norm, its squeeze where there is one, the sum and ReLU.
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
