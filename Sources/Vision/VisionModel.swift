public import Layers
public import Models

/// The body of an architecture with a new head, as fastai's `vision_learner` creates it.
///
/// `model["0"]` is the body and `model["1"]` the head; parameters have fastai's names
/// (`0.7.1.conv2.weight`, `1.8.weight`).
public struct VisionModel {
  /// The architecture of the body.
  package let architecture: Architecture
  /// Body and head, from images to logits.
  public let model: Sequential
  /// The convolutions.
  package let body: Sequential
  /// Pooling and classifier.
  package let head: Sequential
  /// The options of the head; nil for a head of your own.
  package let headOptions: HeadOptions?
  let network: any ImageClassifier

  /// Creates a model with initial values from a seed.
  ///
  /// - Parameters:
  ///   - architecture: The architecture of the body.
  ///   - classCount: The number of outputs (`n_out`).
  ///   - inputChannels: Channels of the images (`n_in`); RGB weights are adapted when they are loaded.
  ///   - options: The options of the head. Not used by PYLON, whose head gives a map per class.
  ///   - outputStride: Input pixels per cell of the body's output (timm's `output_stride`): 32, 16 or 8 for a ResNet.
  ///     Default: the architecture's.
  ///   - seed: The seed of the initial values.
  /// - Precondition: The architecture can have the output stride.
  public init(
    _ architecture: Architecture, classCount: Int, inputChannels: Int = 3,
    head options: HeadOptions = HeadOptions(), outputStride: Int? = nil, seed: UInt64 = 42
  ) {
    let network = architecture.makeModel(classCount: classCount, inputChannels: inputChannels)
    self.init(
      architecture, network,
      head: network.ownHead
        ?? createHead(
          featureCount: network.featureCount, classCount: classCount, options: options),
      options, outputStride, seed)
  }

  /// Creates a model with a head of your own (`custom_head`).
  ///
  ///     let head = Sequential(AdaptiveAvgPool2D(), Flatten(), Linear(512, 2))
  ///     let model = VisionModel(try .named("resnet18"), classCount: 2, head: head)
  ///
  /// - Parameters:
  ///   - architecture: The architecture of the body.
  ///   - classCount: The number of outputs.
  ///   - inputChannels: Channels of the images (`n_in`).
  ///   - head: From the body's output, `[batch, channels, height, width]`, to logits. Its parameters start as it
  ///     defines them; it is named "1" in the model.
  ///   - outputStride: Input pixels per cell of the body's output. Default: the architecture's.
  ///   - seed: The seed of the initial values.
  /// - Precondition: The architecture can have the output stride.
  public init(
    _ architecture: Architecture, classCount: Int, inputChannels: Int = 3, head: Module,
    outputStride: Int? = nil, seed: UInt64 = 42
  ) {
    self.init(
      architecture,
      architecture.makeModel(classCount: classCount, inputChannels: inputChannels),
      head: head as? Sequential ?? Sequential(head), nil, outputStride, seed)
  }

  private init(
    _ architecture: Architecture, _ network: any ImageClassifier, head: Sequential,
    _ options: HeadOptions?, _ outputStride: Int?, _ seed: UInt64
  ) {
    self.architecture = architecture
    self.network = network
    if let outputStride {
      let allowed = network.outputStrideChoices
      precondition(
        allowed.contains(outputStride),
        "\(architecture.name) cannot have an output stride of \(outputStride), only of \(allowed)")
      network.setOutputStride(outputStride)
    }
    body = network.body
    self.head = head
    headOptions = options
    model = Sequential(body, head)
    model.initialize(seed: seed)
  }

  /// Parameters in fastai's groups: early layers of the body, late layers, head; body and head if fastai
  /// does not split the body.
  package var parameterGroups: [[Parameter]] {
    network.bodyGroups + [network.newParameters + head.parameters]
  }

  /// Recompute the activations of the body's blocks in backward (gradient checkpointing).
  ///
  /// The gradients are the same; training takes about half the memory and a third more time.
  public func recomputeBlocks(_ recompute: Bool = true) { network.recomputeBlocks(recompute) }

  /// The reason why images of a size are rejected; nil if they are accepted.
  package func refusal(ofSize size: Int) -> String? { network.refusal(ofSize: size) }

  /// The output strides that the architecture can have; none if its stride is not known.
  package var outputStrides: [Int] { network.outputStrideChoices }

  /// The output stride; nil if it is not known.
  package var outputStride: Int? { network.currentOutputStride }

  /// Sets the output stride.
  ///
  /// - Precondition: It is one of `outputStrides`.
  package func setOutputStride(_ stride: Int) { network.setOutputStride(stride) }

  /// The last layer with rows and columns, the default layer for class activation maps.
  public var lastSpatialLayer: Module { network[network.lastSpatialLayerPath] ?? body }

  /// The path of that layer, such as "layer4".
  public var lastSpatialLayerPath: String { network.lastSpatialLayerPath }

  /// The layer at fastai's path (`0.7.1`, `0.model.layer4.1`) or the network's own (`layer4.1`); nil if
  /// there is none.
  public func layer(_ path: String) -> Module? { model[path] ?? network[path] }

  /// Paths of the network's upper two levels that `layer(_:)` accepts, for error messages.
  package var layerPaths: [String] {
    network.namedModules.filter { path, module in
      let parts = path.split(separator: ".")
      return (1...2).contains(parts.count) && parts[0] != network.classifierName
        && !module.parameters.isEmpty
    }.map(\.path)
  }
}
