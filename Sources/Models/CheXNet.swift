public import Layers
public import Tensors

/// DenseNet-121 with a sigmoid for each of 14 findings on chest radiographs, as it is widely shared.
///
/// Names are those of the usual PyTorch version: `densenet121.features…`, `densenet121.classifier.0`.
/// As there, **`forward` gives probabilities**, each finding by itself; `logits(_:)` gives what goes into
/// the sigmoid, which is what a loss on logits and a class activation map want.
/// Reference: Rajpurkar et al., arXiv:1711.05225.
public final class CheXNet: Module, ImageClassifier {
  /// The network; its classifier is `linear` and a sigmoid.
  public let densenet121: DenseNet
  /// From features to logits.
  public let linear: Linear

  /// The findings, in the order of the outputs.
  public static let labels = [
    "Atelectasis", "Cardiomegaly", "Effusion", "Infiltration", "Mass", "Nodule", "Pneumonia",
    "Pneumothorax", "Consolidation", "Edema", "Emphysema", "Fibrosis", "Pleural_Thickening",
    "Hernia",
  ]

  /// Makes a network; images are normalized by ImageNet's statistics.
  public init(classes: Int = CheXNet.labels.count, inputChannels: Int = 3) {
    let linear = Linear(1024, classes)
    self.linear = linear
    densenet121 = DenseNet(
      growth: 32, depths: [6, 12, 24, 16], stem: 64, inputChannels: inputChannels
    ) { _ in Sequential(linear, Sigmoid()) }
  }

  /// `densenet121`, which `linear` is a part of.
  public override var namedChildren: [(name: String, module: Module)] {
    [("densenet121", densenet121)]
  }

  /// A probability for each finding, `[batch, classes]`, of images, `[batch, channels, height, width]`.
  public override func forward(_ input: Tensor) -> Tensor { densenet121(input) }

  /// What goes into the sigmoid: `[batch, classes]`; `forward` is its sigmoid.
  public func logits(_ input: Tensor) -> Tensor {
    linear(densenet121.pooledFeatures(input))
  }

  /// Probabilities.
  public var outputs: ClassifierOutputs { .probabilities }

  /// DenseNet's body.
  public var body: Sequential { densenet121.body }

  /// DenseNet's groups.
  public var bodyGroups: [[Parameter]] { densenet121.bodyGroups }

  /// 1024.
  public var featureCount: Int { densenet121.featureCount }

  /// The layers of the dense blocks.
  public var blocks: [Module] { densenet121.blocks }

  /// `densenet121.classifier`.
  public var classifierName: String { "densenet121.classifier" }

  /// `densenet121.features`.
  public var lastSpatialLayerPath: String { "densenet121.features" }

  /// 29: three of its transitions halve what the stem leaves, rounding down.
  public var smallestSize: Int { 29 }

  /// Names of the published weights, where a layer's `norm1` is `norm.1`, as they are now.
  public func entryName(_ stored: String) -> String { densenet121.entryName(stored) }
}
