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
  /// The whole network: pictures in, logits out.
  public let model: Sequential
  /// Convolutions.
  public let body: Sequential
  /// Pooling and classifier.
  public let head: Sequential
  private let network: ResNet

  /// Makes a network with values drawn from a seed.
  public init(
    _ architecture: Architecture, classes: Int, head options: HeadOptions = HeadOptions(),
    seed: UInt64 = 42
  ) {
    self.architecture = architecture
    network = architecture.makeModel(classes: classes)
    body = network.body
    head = createHead(features: network.featureCount, classes: classes, options: options)
    model = Sequential(body, head)
    model.initialize(seed: seed)
  }

  /// Parameters in fastai's three groups: the early layers, the late layers, the head.
  public var parameterGroups: [[Parameter]] {
    let cut = architecture.firstGroupCount
    return [
      body.layers[..<cut].flatMap(\.parameters), body.layers[cut...].flatMap(\.parameters),
      head.parameters,
    ]
  }

  /// The last layer with a spatial extent, where class activation maps are taken unless said otherwise.
  public var lastSpatialLayer: Module { body[-1] }

  /// A layer by fastai's path (`0.7.1`) or by torchvision's (`layer4.1`).
  public func layer(_ path: String) -> Module? { model[path] ?? network[path] }

  /// Paths of torchvision's kind that `layer(_:)` finds, for messages.
  public var layerPaths: [String] {
    network.namedModules.map(\.path).filter { $0.hasPrefix("layer") || $0 == "conv1" }
  }

  /// Takes weights of a whole torchvision network (the classifier is left: the head is new), or of a
  /// network that this program or fastai saved.
  public func load(_ source: [String: Tensor]) -> Module.LoadReport {
    if source.keys.contains(where: { $0.hasPrefix("0.") }) { return model.load(source) }
    var report = network.load(source.filter { !$0.key.hasPrefix("fc.") })
    report.missing.removeAll { $0.hasPrefix("fc.") }
    report.unexpected += source.keys.filter { $0.hasPrefix("fc.") }.sorted()
    return report
  }
}
