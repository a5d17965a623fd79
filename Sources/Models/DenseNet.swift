import Checkpoints
public import Layers
public import Tensors

/// A densely connected network with torchvision's layers, names and numbers.
///
/// Every layer of a block sees the features of all layers before it.
/// Reference: Huang et al., arXiv:1608.06993.
public final class DenseNet: Module, ImageClassifier {
  /// The stem `conv0`, `norm0`, `relu0`, `pool0`; then `denseblock1`, `transition1`, …, `norm5`.
  public let features: Sequential
  /// From features to classes.
  public let classifier: Module

  /// Channels that `features` gives.
  public let featureCount: Int

  private let relu = ReLU()
  private let pool = AdaptiveAvgPool2D()

  /// Makes a network; convolutions start from He's initial values as torchvision does it.
  ///
  /// - Parameters:
  ///   - growth: Channels that every layer adds.
  ///   - depths: Layers in each block.
  ///   - stem: Channels of the first convolution.
  ///   - classes: Outputs.
  ///   - inputChannels: Channels of the images.
  public convenience init(
    growth: Int, depths: [Int], stem: Int, classes: Int = 1000, inputChannels: Int = 3
  ) {
    self.init(growth: growth, depths: depths, stem: stem, inputChannels: inputChannels) {
      Linear($0, classes)
    }
  }

  /// Makes a network whose classifier is of one's own making, from a number of features.
  init(
    growth: Int, depths: [Int], stem: Int, inputChannels: Int, classifier make: (Int) -> Module
  ) {
    precondition(!depths.isEmpty, "a DenseNet needs at least one block")
    var layers: [(name: String, module: Module)] = [
      ("conv0", Conv2D(inputChannels, stem, kernelSize: 7, stride: 2, padding: 3, bias: false)),
      ("norm0", BatchNorm(stem)), ("relu0", ReLU()),
      ("pool0", MaxPool2D(kernelSize: 3, stride: 2, padding: 1)),
    ]
    var channels = stem
    for (i, depth) in depths.enumerated() {
      layers.append(("denseblock\(i + 1)", DenseBlock(channels, growth: growth, depth: depth)))
      channels += depth * growth
      guard i + 1 < depths.count else { continue }
      layers.append(("transition\(i + 1)", transition(channels, channels / 2)))
      channels /= 2
    }
    layers.append(("norm5", BatchNorm(channels)))
    features = Sequential(named: layers)
    featureCount = channels
    classifier = make(channels)
    super.init()
    for case let convolution as Conv2D in modules {
      let shape = convolution.weight.shape
      convolution.weight.initializer = .kaimingNormal(fan: shape[1] * shape[2] * shape[3])
    }
    for case let linear as Linear in classifier.modules { linear.bias?.initializer = .zeros }
  }

  /// Logits, `[batch, classes]`, of images, `[batch, channels, height, width]`.
  public override func forward(_ input: Tensor) -> Tensor {
    classifier(pooledFeatures(input))
  }

  /// What goes into the classifier: `[batch, featureCount]`.
  func pooledFeatures(_ input: Tensor) -> Tensor { pool(relu(features(input))).flattened() }

  /// The children that torchvision's network has.
  public override var namedChildren: [(name: String, module: Module)] {
    [("features", features), ("classifier", classifier)]
  }

  /// `features` alone, as fastai cuts it: without the ReLU that `forward` puts behind it.
  public var body: Sequential { Sequential(features) }

  /// All up to `denseblock2`, and the rest.
  public var bodyGroups: [[Parameter]] {
    let layers = features.layers
    return [layers.prefix(7).flatMap(\.parameters), layers.dropFirst(7).flatMap(\.parameters)]
  }

  /// The layers of the dense blocks.
  public var blocks: [Module] { features.layers.compactMap { $0 as? DenseBlock }.flatMap(\.layers) }

  /// `classifier`.
  public var classifierName: String { "classifier" }

  /// `features`.
  public var lastSpatialLayerPath: String { "features" }

  /// 29: three of its transitions halve what the stem leaves, rounding down.
  public var smallestSize: Int { 29 }

  /// Names of torchvision's published weights, where a layer's `norm1` is `norm.1`, as they are now.
  public func entryName(_ stored: String) -> String { Renaming.currentDenseNetName(stored) }
}
