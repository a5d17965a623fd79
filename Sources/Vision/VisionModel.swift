public import Layers
public import Models
public import Tensors

/// A body cut from a named architecture with a new head behind it, as fastai's `vision_learner` makes it.
///
/// `model["0"]` is the body, `model["1"]` the head; parameters are named as fastai names them
/// (`0.7.1.conv2.weight`, `1.8.weight`).
public struct VisionModel {
  /// The architecture that the body comes from.
  public let architecture: Architecture
  /// The whole network: images in, logits out.
  public let model: Sequential
  /// Convolutions.
  public let body: Sequential
  /// Pooling and classifier.
  public let head: Sequential
  let network: any ImageClassifier

  /// Makes a network with values drawn from a seed.
  ///
  /// - Parameters:
  ///   - architecture: Where the body comes from.
  ///   - classes: Outputs of the head.
  ///   - inputChannels: Channels of the images; weights for RGB are made to fit them as they are loaded.
  ///   - options: What differs from fastai's default head.
  ///   - seed: Seeds first values.
  public init(
    _ architecture: Architecture, classes: Int, inputChannels: Int = 3,
    head options: HeadOptions = HeadOptions(), seed: UInt64 = 42
  ) {
    self.architecture = architecture
    network = architecture.makeModel(classes: classes, inputChannels: inputChannels)
    body = network.body
    head = createHead(features: network.featureCount, classes: classes, options: options)
    model = Sequential(body, head)
    model.initialize(seed: seed)
  }

  /// Parameters in fastai's groups: the body's early layers, its late ones, the head; or body and head,
  /// where fastai has no rule for the body.
  public var parameterGroups: [[Parameter]] { network.bodyGroups + [head.parameters] }

  /// Keeps only what goes into each of the body's blocks in training, and computes the blocks again in
  /// the walk back: about half the memory, the same gradients, a third more time.
  public func recomputeBlocks(_ isWanted: Bool = true) { network.recomputeBlocks(isWanted) }

  /// Why the network cannot take images of a size; nil if it can.
  package func refusal(ofSize size: Int) -> String? { network.refusal(ofSize: size) }

  /// The last layer with a spatial extent, where class activation maps are taken unless said otherwise.
  public var lastSpatialLayer: Module { network[network.lastSpatialLayerPath] ?? body }

  /// Its path, such as "layer4".
  public var lastSpatialLayerPath: String { network.lastSpatialLayerPath }

  /// A layer by fastai's path (`0.7.1`, `0.model.layer4.1`) or by the network's own (`layer4.1`).
  public func layer(_ path: String) -> Module? { model[path] ?? network[path] }

  /// Paths of the network's own kind that `layer(_:)` finds, for messages: the upper two levels.
  public var layerPaths: [String] {
    network.namedModules.filter { path, module in
      let parts = path.split(separator: ".")
      return (1...2).contains(parts.count) && parts[0] != network.classifierName
        && !module.parameters.isEmpty
    }.map(\.path)
  }

  /// Takes weights of a whole network with the names of its origin (the classifier is left: the head is
  /// new), or of a network that this program or fastai saved.
  ///
  /// The first convolution of a whole network is made to fit the number of input channels, by the
  /// network's `stemRule`.
  public func load(_ source: [String: Tensor]) -> Module.LoadReport {
    // fastai's own networks number their children too, so the names themselves do not tell.
    let saved = model.stateShapes.count { source.keys.contains($0.name) }
    let named = network.fitting(source)
    let whole = network.stateShapes.count { named.keys.contains($0.name) }
    return saved >= whole && saved > 0 ? model.load(source) : takeWhole(named)
  }

  /// Takes weights that fit the whole network, without its classifier.
  func takeWhole(_ named: [String: Tensor]) -> Module.LoadReport {
    let classifier = network.classifierName + "."
    var report = network.load(named.filter { !$0.key.hasPrefix(classifier) })
    report.missing.removeAll { $0.hasPrefix(classifier) }
    report.unexpected += named.keys.filter { $0.hasPrefix(classifier) }.sorted()
    return report
  }
}
