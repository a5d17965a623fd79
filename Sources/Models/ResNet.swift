package import Layers
package import Tensors

/// A residual network with torchvision's layers and names, or with timm's.
///
/// Reference: He et al., arXiv:1512.03385; see `TimmOptions` for timm's variants.
package final class ResNet: Module, OutputStrideClassifier, ModuleChain {
  /// The first convolution, 7×7; in timm's deep stems, three 3×3 convolutions.
  package let conv1: Module
  /// The batch norm after `conv1`.
  package let bn1: BatchNorm
  private let relu = ReLU()
  private let maxpool: Module
  /// Blocks at a quarter of the input's resolution.
  package let layer1: Sequential
  /// Blocks at an eighth.
  package let layer2: Sequential
  /// Blocks at a sixteenth.
  package let layer3: Sequential
  /// Blocks at a thirty-second, the usual layer for class activation maps.
  package let layer4: Sequential
  private let avgpool = AdaptiveAvgPool2D()
  /// Maps features to classes.
  package let fc: Linear

  /// Channels of the output of `layer4`.
  package let featureCount: Int
  private let timm: TimmOptions?
  private let hasFastaiGroups: Bool

  /// Creates a network; convolutions start from He initialization, as in torchvision.
  ///
  /// - Parameters:
  ///   - block: The kind of block.
  ///   - depths: The number of blocks in each of the four layers (`layers`).
  ///   - classCount: The number of outputs (`num_classes`).
  ///   - inputChannels: Channels of the images.
  ///   - groups: Groups of the 3×3 convolutions in bottlenecks.
  ///   - widthPerGroup: Channels of each group in the first layer (`width_per_group`).
  ///   - timm: The options of timm's variants; nil: torchvision's network.
  package init(
    _ block: ResidualBlockKind, depths: [Int], classCount: Int = 1000, inputChannels: Int = 3,
    groups: Int = 1, widthPerGroup: Int = 64, timm: TimmOptions? = nil
  ) {
    precondition(depths.count == 4, "a ResNet has four layers, not \(depths.count)")
    self.timm = timm
    hasFastaiGroups = groups == 1 && widthPerGroup == 64 && timm == nil
    maxpool = timm?.stemPooling ?? MaxPool2D(kernelSize: 3, stride: 2, padding: 1)
    conv1 =
      timm?.deepStem == true
      ? deepStem(inputChannels)
      : Conv2D(inputChannels, 64, kernelSize: 7, stride: 2, padding: 3, bias: false)
    bn1 = BatchNorm(64)
    var inputs = 64
    func makeLayer(_ channels: Int, _ depth: Int, stride: Int) -> Sequential {
      let blocks = (0..<depth).map { i -> Module in
        defer { inputs = channels * block.expansion }
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
    fc = Linear(inputs, classCount)
    super.init()
    for (number, stage) in stages.enumerated() { stage.layer.stagePath = "layer\(number + 1)" }
    initializeKaimingNormal(.fanOut)
  }

  /// Input pixels per cell of `layer4`; timm's variants have 32 only.
  package var outputStride = 32 {
    didSet {
      precondition(
        timm == nil || outputStride == 32, "timm's networks have an output stride of 32 only")
      OutputStride.apply(
        outputStride, to: [(layer2, 4), (layer3, 8), (layer4, 16)])
    }
  }

  package var outputStrides: [Int] { timm == nil ? OutputStride.allowed : [32] }

  /// The layers without pooling and classifier.
  var bodyLayers: [(name: String, module: Module)] {
    [
      ("conv1", conv1), ("bn1", bn1), (timm == nil ? "relu" : "act1", relu), ("maxpool", maxpool),
      ("layer1", layer1), ("layer2", layer2), ("layer3", layer3), ("layer4", layer4),
    ]
  }

  /// The layers before `layer1`.
  var stem: [Module] { [conv1, bn1, relu, maxpool] }

  /// The four layers with the channels of their outputs.
  var stages: [(layer: Sequential, channels: Int)] {
    [layer1, layer2, layer3, layer4].enumerated().map { ($1, featureCount >> (3 - $0)) }
  }

  /// The children of torchvision's, or timm's, network.
  package override var namedChildren: [(name: String, module: Module)] {
    bodyLayers + [(timm == nil ? "avgpool" : "global_pool", avgpool), ("fc", fc)]
  }

  /// Maps images, `[batch, channels, height, width]`, to logits, `[batch, classCount]`.
  package override func forward(_ input: Tensor) -> Tensor {
    fc(avgpool(Module.inSequence(bodyLayers.map(\.module), input)).flattened())
  }

  package var chain: [Module] { bodyLayers.map(\.module) + [avgpool, Flatten(), fc] }

  /// The network without pooling and classifier, as fastai cuts it.
  ///
  /// Children: 0 `conv1`, 1 `bn1`, 2 `relu`, 3 `maxpool`, 4 to 7 the layers. For a network of timm's, the
  /// only child is `model`, with timm's names (`model.layer4.2`).
  package var body: Sequential {
    timm == nil
      ? Sequential(bodyLayers.map(\.module))
      : Sequential(named: [("model", Sequential(named: bodyLayers))])
  }

  /// Two groups: up to `layer2`, and the rest; one group for networks without a rule in fastai: timm's,
  /// ResNeXt and wide ResNets.
  package var bodyGroups: [[Parameter]] {
    let layers = [conv1, bn1, layer1, layer2, layer3, layer4]
    return hasFastaiGroups
      ? [layers[..<4].flatMap(\.parameters), layers[4...].flatMap(\.parameters)]
      : [layers.flatMap(\.parameters)]
  }

  /// The residual blocks.
  package var blocks: [Module] { [layer1, layer2, layer3, layer4].flatMap(\.layers) }

  /// "fc".
  package var classifierName: String { "fc" }

  /// "layer4".
  package var lastSpatialLayerPath: String { "layer4" }

  // Means before a stride drop an odd last row, which the shortcuts keep.
  package var sizeMultiple: Int { timm?.antialiasing == .average ? 32 : 1 }

  package var stemRule: StemRule { timm == nil ? .fastai : .timm }

  package var olderNames: [Renaming.Rule] { [Renaming.huggingFaceResNet] }
}

/// Three 3×3 convolutions, the first with stride 2; the batch norm after the last is `bn1`.
private func deepStem(_ inputChannels: Int) -> Sequential {
  func convolution(_ inputs: Int, _ outputs: Int, stride: Extent = 1) -> Conv2D {
    Conv2D(inputs, outputs, kernelSize: 3, stride: stride, padding: 1, bias: false)
  }
  return Sequential(
    convolution(inputChannels, 32, stride: 2), BatchNorm(32), ReLU(), convolution(32, 32),
    BatchNorm(32), ReLU(), convolution(32, 64))
}
