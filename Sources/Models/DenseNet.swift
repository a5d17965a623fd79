package import Layers
package import Tensors

/// A densely connected network with torchvision's layers and names.
///
/// The input of every layer of a block is the output of all layers before it.
/// Reference: Huang et al., arXiv:1608.06993.
package final class DenseNet: Module, BuiltInClassifier, ModuleChain {
  /// The stem `conv0`, `norm0`, `relu0`, `pool0`; then `denseblock1`, `transition1`, …, `norm5`.
  package let features: Sequential
  /// Maps features to classes.
  package let classifier: Module
  /// Channels of the output of `features`.
  package let featureCount: Int

  private let relu = ReLU()
  private let pool = AdaptiveAvgPool2D()

  /// Creates a network; convolutions start from He initialization, as in torchvision.
  ///
  /// - Parameters:
  ///   - growthRate: Channels that every layer adds (`growth_rate`).
  ///   - depths: The number of layers in each block (`block_config`).
  ///   - stem: Channels of the first convolution (`num_init_features`).
  ///   - classCount: The number of outputs (`num_classes`).
  ///   - inputChannels: Channels of the images.
  package convenience init(
    growthRate: Int, depths: [Int], stem: Int, classCount: Int = 1000, inputChannels: Int = 3
  ) {
    self.init(growthRate: growthRate, depths: depths, stem: stem, inputChannels: inputChannels) {
      Linear($0, classCount)
    }
  }

  /// Creates a network with a custom classifier for a number of features.
  init(
    growthRate: Int, depths: [Int], stem: Int, inputChannels: Int,
    classifier makeClassifier: (_ featureCount: Int) -> Module
  ) {
    precondition(!depths.isEmpty, "a DenseNet needs at least one block")
    var layers: [(name: String, module: Module)] = [
      ("conv0", Conv2D(inputChannels, stem, kernelSize: 7, stride: 2, padding: 3, bias: false)),
      ("norm0", BatchNorm(stem)), ("relu0", ReLU()),
      ("pool0", MaxPool2D(kernelSize: 3, stride: 2, padding: 1)),
    ]
    var channels = stem
    for (i, depth) in depths.enumerated() {
      layers.append(
        ("denseblock\(i + 1)", DenseBlock(channels, growthRate: growthRate, depth: depth)))
      channels += depth * growthRate
      guard i + 1 < depths.count else { continue }
      layers.append(("transition\(i + 1)", transition(channels, channels / 2)))
      channels /= 2
    }
    layers.append(("norm5", BatchNorm(channels)))
    features = Sequential(named: layers)
    featureCount = channels
    classifier = makeClassifier(channels)
    super.init()
    nameStages("features")
    initializeKaimingNormal(.fanIn)
    for case let linear as Linear in classifier.modules { linear.bias?.initializer = .zeros }
  }

  /// Maps images, `[batch, channels, height, width]`, to logits, `[batch, classCount]`.
  package override func forward(_ input: Tensor) -> Tensor {
    classifier(pooledFeatures(input))
  }

  /// Names the stages: the dense blocks, the last one with the batch norm behind it.
  func nameStages(_ path: String) {
    var blocks = features.layers.filter { $0 is DenseBlock }
    if let norm = features.layers.last { blocks[blocks.count - 1] = norm }
    let names = features.namedChildren
    for block in blocks {
      block.stagePath = names.first { $0.module === block }.map { "\(path).\($0.name)" }
    }
  }

  /// The input of the classifier, `[batch, featureCount]`.
  func pooledFeatures(_ input: Tensor) -> Tensor { pool(relu(features(input))).flattened() }

  package var chain: [Module] { [features, relu, pool, Flatten(), classifier] }

  /// `features` and `classifier`, as in torchvision.
  package override var namedChildren: [(name: String, module: Module)] {
    [("features", features), ("classifier", classifier)]
  }

  /// `features` alone, as fastai cuts it: without the ReLU that `forward` applies to its output.
  package var body: Sequential { Sequential(features) }

  /// Two groups: up to `denseblock2`, and the rest.
  package var bodyGroups: [[Parameter]] {
    let layers = features.layers
    return [layers.prefix(7).flatMap(\.parameters), layers.dropFirst(7).flatMap(\.parameters)]
  }

  /// The layers of the dense blocks.
  package var blocks: [Module] {
    features.layers.compactMap { $0 as? DenseBlock }.flatMap(\.layers)
  }

  /// "classifier".
  package var classifierName: String { "classifier" }

  /// "features".
  package var lastSpatialLayerPath: String { "features" }

  // Three transitions halve the output of the stem, rounded down.
  package var smallestSize: Int { 29 }

  package var olderNames: [Renaming.Rule] { DenseNet.olderNames }

  /// In torchvision's published weights, `denselayer1.norm1` is `denselayer1.norm.1`; MONAI's names.
  package static let olderNames = [
    Renaming.Rule(reason: "DenseNets before 2018 have norm.1 instead of norm1") { parts in
      guard let layer = parts.firstIndex(where: { $0.hasPrefix("denselayer") }),
        layer + 2 < parts.count, parts[layer + 2] == "1" || parts[layer + 2] == "2"
      else { return nil }
      var changed = parts
      changed[layer + 1] += changed.remove(at: layer + 2)
      return changed
    },
    Renaming.monaiDenseNet,
  ]
}
