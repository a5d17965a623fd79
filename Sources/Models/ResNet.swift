public import Layers
public import Tensors

/// A residual network with torchvision's layers, names and numbers, or with timm's.
///
/// Reference: He et al., arXiv:1512.03385; what timm adds is in `TimmOptions`.
public final class ResNet: Module, ImageClassifier {
  /// The convolution that begins the network, 7×7; in timm's deep stems a sequence of three, 3×3.
  public let conv1: Module
  /// Normalization behind `conv1`.
  public let bn1: BatchNorm
  /// ReLU behind `bn1`; timm calls it `act1`.
  public let relu = ReLU()
  /// 3×3 maxima with stride 2, unless `TimmOptions.antialiasing` says otherwise.
  public let maxpool: Module
  /// Blocks at a quarter of the input's resolution.
  public let layer1: Sequential
  /// Blocks at an eighth.
  public let layer2: Sequential
  /// Blocks at a sixteenth.
  public let layer3: Sequential
  /// Blocks at a thirty-second: the usual place to look for class activation maps.
  public let layer4: Sequential
  /// Mean over what `layer4` gives; timm calls it `global_pool`.
  public let avgpool = AdaptiveAvgPool2D()
  /// From features to classes.
  public let fc: Linear

  /// Channels that `layer4` gives.
  public let featureCount: Int
  /// What timm adds; nil: the network is torchvision's.
  public let timm: TimmOptions?
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
  ///   - inputChannels: Channels of the images.
  ///   - groups: Groups of the 3×3 convolutions in bottlenecks.
  ///   - widthPerGroup: Channels of each group at the first layer.
  ///   - timm: What timm's networks have beyond torchvision's; nil: torchvision's own.
  public init(
    _ block: Block, depths: [Int], classes: Int = 1000, inputChannels: Int = 3, groups: Int = 1,
    widthPerGroup: Int = 64, timm: TimmOptions? = nil
  ) {
    precondition(depths.count == 4, "a ResNet has four layers, not \(depths.count)")
    self.timm = timm
    isInFastaiTable = groups == 1 && widthPerGroup == 64 && timm == nil
    maxpool = timm?.stemPooling ?? MaxPool2D(kernelSize: 3, stride: 2, padding: 1)
    conv1 =
      timm?.deepStem == true
      ? deepStem(inputChannels)
      : Conv2D(inputChannels, 64, kernelSize: 7, stride: 2, padding: 3, bias: false)
    bn1 = BatchNorm(64)
    var inputs = 64
    func makeLayer(_ channels: Int, _ depth: Int, stride: Int) -> Sequential {
      let blocks = (0..<depth).map { i -> Module in
        defer { inputs = block == .basic ? channels : channels * 4 }
        let stride = i == 0 ? stride : 1
        return switch (block, timm) {
        case (.basic, let timm?): TimmBasicBlock(inputs, channels, stride: stride, timm)
        case (.basic, nil): BasicBlock(inputs, channels, stride: stride)
        case (.bottleneck, let timm?):
          TimmBottleneck(
            inputs, channels, stride: stride, groups: groups, baseWidth: widthPerGroup, timm)
        case (.bottleneck, nil):
          Bottleneck(inputs, channels, stride: stride, groups: groups, baseWidth: widthPerGroup)
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

  private var bodyLayers: [(name: String, module: Module)] {
    [
      ("conv1", conv1), ("bn1", bn1), (timm == nil ? "relu" : "act1", relu), ("maxpool", maxpool),
      ("layer1", layer1), ("layer2", layer2), ("layer3", layer3), ("layer4", layer4),
    ]
  }

  /// The children that torchvision's, or timm's, network has.
  public override var namedChildren: [(name: String, module: Module)] {
    bodyLayers + [(timm == nil ? "avgpool" : "global_pool", avgpool), ("fc", fc)]
  }

  /// Logits, `[batch, classes]`, of images, `[batch, channels, height, width]`.
  public override func forward(_ input: Tensor) -> Tensor {
    fc(avgpool(Module.inSequence(bodyLayers.map(\.module), input)).flattened())
  }

  /// The network without its pooling and classifier, as fastai cuts it.
  ///
  /// Its children are numbered: 0 `conv1`, 1 `bn1`, 2 `relu`, 3 `maxpool`, 4 to 7 the layers. A
  /// network of timm's is taken whole, as the only child `model`: `model.layer4.2`.
  public var body: Sequential {
    timm == nil
      ? Sequential(bodyLayers.map(\.module))
      : Sequential(named: [("model", Sequential(named: bodyLayers))])
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

  /// 32 where means are taken before a stride: they leave an odd last row out, which the shortcuts keep.
  public var sizeStep: Int { timm?.antialiasing == .average ? 32 : 1 }

  /// `fc`.
  public var classifierName: String { "fc" }

  /// `layer4`.
  public var lastSpatialLayerPath: String { "layer4" }

  /// timm's rule for its own networks.
  public var stemRule: StemRule { timm == nil ? .fastai : .timm }
}

/// Three 3×3 convolutions, the first with stride 2; the last is normalized by what stands behind it.
private func deepStem(_ inputChannels: Int) -> Sequential {
  func convolution(_ inputs: Int, _ outputs: Int, stride: Extent = 1) -> Conv2D {
    Conv2D(inputs, outputs, kernelSize: 3, stride: stride, padding: 1, bias: false)
  }
  return Sequential(
    convolution(inputChannels, 32, stride: 2), BatchNorm(32), ReLU(), convolution(32, 32),
    BatchNorm(32), ReLU(), convolution(32, 64))
}
