public import Layers
public import Tensors

/// A residual network with torchvision's layers, names and numbers; or timm's, which blurs before it strides.
///
/// References: He et al., arXiv:1512.03385; the blur: Zhang, arXiv:1904.11486.
public final class ResNet: Module, ImageClassifier {
  /// The 7×7 convolution that begins the network.
  public let conv1: Conv2D
  /// Normalisation behind `conv1`.
  public let bn1: BatchNorm
  /// ReLU behind `bn1`.
  public let relu = ReLU()
  /// 3×3 maxima with stride 2; those of every pixel and then a blur with stride 2, if the network blurs.
  public let maxpool: Module
  /// Blocks at a quarter of the input's resolution.
  public let layer1: Sequential
  /// Blocks at an eighth.
  public let layer2: Sequential
  /// Blocks at a sixteenth.
  public let layer3: Sequential
  /// Blocks at a thirty-second: the usual place to look for class activation maps.
  public let layer4: Sequential
  /// Mean over what `layer4` gives.
  public let avgpool = AdaptiveAvgPool2D()
  /// From features to classes.
  public let fc: Linear

  /// Channels that `layer4` gives.
  public let featureCount: Int
  /// True for timm's blur networks.
  public let blurs: Bool
  private let isInFastaiTable: Bool

  /// The kind of block.
  public enum Block: Sendable, Hashable {
    /// Two 3×3 convolutions.
    case basic
    /// 1×1, 3×3, 1×1.
    case bottleneck
  }

  /// Makes a network; convolutions start from He's initial values as torchvision does it.
  ///
  /// - Parameters:
  ///   - block: The kind of block.
  ///   - depths: Blocks in each of the four layers.
  ///   - classes: Outputs.
  ///   - inputChannels: Channels of the pictures.
  ///   - groups: Groups of the 3×3 convolutions in bottlenecks.
  ///   - widthPerGroup: Channels of each group at the first layer.
  ///   - blurs: Blur where the stride of a 3×3 filter would alias, and begin every block as the
  ///     identity: timm's `resnetblur`.
  public init(
    _ block: Block, depths: [Int], classes: Int = 1000, inputChannels: Int = 3, groups: Int = 1,
    widthPerGroup: Int = 64, blurs: Bool = false
  ) {
    precondition(depths.count == 4, "a ResNet has four layers, not \(depths.count)")
    self.blurs = blurs
    isInFastaiTable = groups == 1 && widthPerGroup == 64 && !blurs
    maxpool =
      blurs
      ? Sequential(MaxPool2D(kernelSize: 3, stride: 1, padding: 1), BlurPool2D())
      : MaxPool2D(kernelSize: 3, stride: 2, padding: 1)
    conv1 = Conv2D(inputChannels, 64, kernelSize: 7, stride: 2, padding: 3, bias: false)
    bn1 = BatchNorm(64)
    var inputs = 64
    func makeLayer(_ channels: Int, _ depth: Int, stride: Int) -> Sequential {
      let blocks = (0..<depth).map { i -> Module in
        defer { inputs = block == .basic ? channels : channels * 4 }
        let stride = i == 0 ? stride : 1
        return switch block {
        case .basic: BasicBlock(inputs, channels, stride: stride, blurs: blurs)
        case .bottleneck:
          Bottleneck(
            inputs, channels, stride: stride, groups: groups, baseWidth: widthPerGroup,
            blurs: blurs)
        }
      }
      return Sequential(blocks)
    }
    layer1 = makeLayer(64, depths[0], stride: 1)
    layer2 = makeLayer(128, depths[1], stride: 2)
    layer3 = makeLayer(256, depths[2], stride: 2)
    layer4 = makeLayer(512, depths[3], stride: 2)
    featureCount = inputs
    fc = Linear(inputs, classes)
    super.init()
    for case let convolution as Conv2D in modules {
      let shape = convolution.weight.shape
      convolution.weight.initializer = .kaimingNormal(fan: shape[0] * shape[2] * shape[3])
    }
  }

  /// Logits, `[batch, classes]`, of pictures, `[batch, channels, height, width]`.
  public override func forward(_ input: Tensor) -> Tensor {
    let stem = maxpool(Module.convolved(conv1, bn1, relu, input))
    return fc(avgpool(layer4(layer3(layer2(layer1(stem))))).flattened())
  }

  /// The network without its pooling and classifier, as fastai cuts it.
  ///
  /// Its children are numbered: 0 `conv1`, 1 `bn1`, 2 `relu`, 3 `maxpool`, 4 to 7 the layers. A
  /// network of timm's is taken whole, as the only child `model`: `model.layer4.2`.
  public var body: Sequential {
    let layers: [(name: String, module: Module)] = [
      ("conv1", conv1), ("bn1", bn1), ("relu", relu), ("maxpool", maxpool), ("layer1", layer1),
      ("layer2", layer2), ("layer3", layer3), ("layer4", layer4),
    ]
    return blurs
      ? Sequential(named: [("model", Sequential(named: layers))])
      : Sequential(layers.map(\.module))
  }

  /// All up to `layer2`, and the rest; one group for what fastai has no rule for: timm's networks, ResNeXt, wide ones.
  public var bodyGroups: [[Parameter]] {
    let layers = [conv1, bn1, layer1, layer2, layer3, layer4]
    return isInFastaiTable
      ? [layers[..<4].flatMap(\.parameters), layers[4...].flatMap(\.parameters)]
      : [layers.flatMap(\.parameters)]
  }

  /// The residual blocks.
  public var blocks: [Module] { [layer1, layer2, layer3, layer4].flatMap(\.layers) }

  /// `fc`.
  public var classifierName: String { "fc" }

  /// `layer4`.
  public var lastSpatialLayer: String { "layer4" }
}
