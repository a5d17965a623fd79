package import Layers
package import Tensors

/// fastai's residual network: a stem of three 3×3 convolutions and averaging shortcuts.
///
/// Children are numbered as in fastai: 0 to 2 the stem, 3 max pooling, then the layers of blocks,
/// pooling, flatten, dropout and the classifier. Reference: He et al., arXiv:1812.01187.
package final class XResNet: Module, BuiltInClassifier, ModuleChain {
  /// The children, in order.
  package let layers: [Module]
  /// Channels of the output of the last layer of blocks.
  package let featureCount: Int
  private let hasFastaiGroups: Bool

  /// Creates a network; weights start from He initialization and biases from 0, as in fastai.
  ///
  /// - Parameters:
  ///   - block: The kind of block.
  ///   - depths: The number of blocks in each layer; layers after the fourth have half of its channels.
  ///   - classCount: The number of outputs (`n_out`).
  ///   - inputChannels: Channels of the images.
  package init(
    _ block: ResidualBlockKind, depths: [Int], classCount: Int = 1000, inputChannels: Int = 3
  ) {
    precondition(depths.count >= 4, "an XResNet has four layers or more, not \(depths.count)")
    var layers: [Module] = [
      convLayer(inputChannels, 32, kernelSize: 3, stride: 2), convLayer(32, 32, kernelSize: 3),
      convLayer(32, 64, kernelSize: 3), MaxPool2D(kernelSize: 3, stride: 2, padding: 1),
    ]
    let widths = [64, 128, 256, 512] + [Int](repeating: 256, count: depths.count - 4)
    var inputs = 64
    for (i, (width, depth)) in zip(widths, depths).enumerated() {
      let blocks = (0..<depth).map { j in
        defer { inputs = width * block.expansion }
        return XResNetBlock(block, inputs, width, stride: i > 0 && j == 0 ? 2 : 1)
      }
      layers.append(Sequential(blocks))
    }
    let classifier = Linear(inputs, classCount)
    layers += [AdaptiveAvgPool2D(), Flatten(), Dropout(0), classifier]
    self.layers = layers
    featureCount = inputs
    hasFastaiGroups = depths.count == 4
    super.init()
    for (number, layer) in layers.enumerated().dropFirst(4) where layer is Sequential {
      layer.stagePath = String(number)
    }
    initializeKaimingNormal(.fanIn, linear: true)
    classifier.bias?.initializer = .zeros
  }

  package var chain: [Module] { layers }

  /// The children, named by their positions.
  package override var namedChildren: [(name: String, module: Module)] {
    layers.enumerated().map { (String($0.offset), $0.element) }
  }

  /// Maps images, `[batch, channels, height, width]`, to logits, `[batch, classCount]`.
  package override func forward(_ input: Tensor) -> Tensor { Module.inSequence(layers, input) }

  private var bodyLayers: [Module] { Array(layers.dropLast(4)) }

  /// All children but the last four, as fastai cuts it.
  package var body: Sequential { Sequential(bodyLayers) }

  /// Two groups: the stem, and the rest; one group for the deep networks, for which fastai has no rule.
  package var bodyGroups: [[Parameter]] {
    let layers = bodyLayers
    return hasFastaiGroups
      ? [layers[..<3].flatMap(\.parameters), layers[3...].flatMap(\.parameters)]
      : [layers.flatMap(\.parameters)]
  }

  /// The residual blocks.
  package var blocks: [Module] {
    bodyLayers.dropFirst(4).flatMap { ($0 as? Sequential)?.layers ?? [] }
  }

  /// The position of the last child.
  package var classifierName: String { String(layers.count - 1) }

  /// The position of the last layer of blocks, such as "7".
  package var lastSpatialLayerPath: String { String(layers.count - 5) }
}
