public import Layers
public import Tensors

/// A network for images whose classifier can be replaced by a new head.
///
/// `forward` maps images, `[batch, channels, height, width]`, to `[batch, classCount]`. A custom network
/// implements `body`, `featureCount`, `classifierName` and `lastSpatialLayerPath`; the other requirements
/// have defaults.
public protocol ImageClassifier: Module {
  /// The network without its pooling and classifier, as fastai's `vision_learner` cuts it.
  ///
  /// The layers are shared with this network, not copied.
  var body: Sequential { get }

  /// Channels of the body's output (`num_features`).
  var featureCount: Int { get }

  /// The path of the module that maps features to classes, such as "fc".
  var classifierName: String { get }

  /// The path of the last layer with rows and columns, the usual layer for class activation maps.
  var lastSpatialLayerPath: String { get }

  /// The kind of output of `forward`. Default: logits.
  var outputs: ClassifierOutputs { get }

  /// The logits of images: the output of `forward`, or the input of its sigmoid if `outputs` is
  /// `.probabilities`.
  func logits(_ input: Tensor) -> Tensor

  /// The body's parameters in the groups that fastai trains at different rates, early layers first.
  /// Default: one group.
  var bodyGroups: [[Parameter]] { get }

  /// The parts of the body that take most of the memory in training, in order; they are recomputed in
  /// backward on request. Default: none.
  var blocks: [Module] { get }
}

/// The kind of output of a classifier.
public enum ClassifierOutputs: String, Sendable, Hashable, Codable {
  /// Unnormalized scores, for softmax or sigmoid.
  case logits
  /// One independent probability per class.
  case probabilities
}

extension ImageClassifier {
  /// Logits.
  public var outputs: ClassifierOutputs { .logits }

  /// The output of `forward`.
  ///
  /// - Precondition: `outputs` is `.logits`; otherwise the network implements this method.
  public func logits(_ input: Tensor) -> Tensor {
    precondition(
      outputs == .logits, "\(type(of: self)) returns probabilities and must implement logits(_:)")
    return self(input)
  }

  /// All parameters of the body in one group.
  public var bodyGroups: [[Parameter]] { [body.parameters] }

  /// None.
  public var blocks: [Module] { [] }

  /// Recompute the activations of each block in backward (gradient checkpointing).
  package func recomputeBlocks(_ recompute: Bool = true) {
    for block in blocks { block.recomputesInBackward = recompute }
  }

  /// The first convolution with its path; nil if there is none.
  package var firstConvolution: (path: String, layer: Conv2D)? {
    namedModules.lazy.compactMap { path, module in (module as? Conv2D).map { (path, $0) } }.first
  }
}
