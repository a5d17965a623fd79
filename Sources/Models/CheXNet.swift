package import Layers
package import Tensors

/// DenseNet-121 with an independent sigmoid for each of 14 findings on chest radiographs.
///
/// Names are those of the usual PyTorch version: `densenet121.features…`, `densenet121.classifier.0`.
/// As there, **`forward` returns probabilities**; `logits(_:)` returns the input of the sigmoid, for
/// losses on logits and class activation maps. Images are normalized with ImageNet's statistics.
/// Reference: Rajpurkar et al., arXiv:1711.05225.
package final class CheXNet: Module, BuiltInClassifier, ModuleChain {
  /// The network; its classifier is `linear` and a sigmoid.
  private let densenet121: DenseNet
  private let linear: Linear

  /// The findings, in the order of the outputs.
  package static let vocab = [
    "Atelectasis", "Cardiomegaly", "Effusion", "Infiltration", "Mass", "Nodule", "Pneumonia",
    "Pneumothorax", "Consolidation", "Edema", "Emphysema", "Fibrosis", "Pleural_Thickening",
    "Hernia",
  ]

  package init(classCount: Int = CheXNet.vocab.count, inputChannels: Int = 3) {
    let linear = Linear(1024, classCount)
    self.linear = linear
    densenet121 = DenseNet(
      growthRate: 32, depths: [6, 12, 24, 16], stem: 64, inputChannels: inputChannels
    ) { _ in Sequential(linear, Sigmoid()) }
    super.init()
    densenet121.nameStages("densenet121.features")
  }

  // `linear` is part of `densenet121`.
  package override var namedChildren: [(name: String, module: Module)] {
    [("densenet121", densenet121)]
  }

  /// Maps images, `[batch, channels, height, width]`, to probabilities, `[batch, classCount]`.
  package override func forward(_ input: Tensor) -> Tensor { densenet121(input) }

  /// The input of the sigmoid, `[batch, classCount]`.
  package func logits(_ input: Tensor) -> Tensor {
    linear(densenet121.pooledFeatures(input))
  }

  package var chain: [Module] { Array(densenet121.chain.dropLast()) + [linear] }

  package var outputs: ClassifierOutputs { .probabilities }
  package var body: Sequential { densenet121.body }
  package var bodyGroups: [[Parameter]] { densenet121.bodyGroups }
  package var featureCount: Int { densenet121.featureCount }
  package var blocks: [Module] { densenet121.blocks }
  package var classifierName: String { "densenet121.classifier" }
  package var lastSpatialLayerPath: String { "densenet121.features" }
  package var smallestSize: Int { densenet121.smallestSize }
  package var olderNames: [Renaming.Rule] { densenet121.olderNames }
}
