public import Layers
public import Tensors

/// A network for images whose classifier can be cut off and replaced by a new head.
///
/// `forward` takes images, `[batch, channels, height, width]`, and gives `[batch, classes]`. A network
/// of one's own says what its body is, how many channels that gives, and two names; the rest has defaults.
public protocol ImageClassifier: Module {
  /// The network without its pooling and classifier, as fastai's `vision_learner` cuts it.
  ///
  /// The layers are this network's own, not copies.
  var body: Sequential { get }

  /// Channels that the body gives.
  var featureCount: Int { get }

  /// The child that maps features to classes, such as "fc".
  var classifierName: String { get }

  /// Path of the last layer with a spatial extent, where class activation maps are usually taken.
  var lastSpatialLayerPath: String { get }

  /// What `forward` gives: logits unless the network says otherwise.
  var outputs: ClassifierOutputs { get }

  /// The body's parameters in the groups that fastai trains at different rates, early layers first.
  ///
  /// One group unless the network says otherwise.
  var bodyGroups: [[Parameter]] { get }

  /// The parts of the body, in order, that hold most of the memory in training; none unless said.
  var blocks: [Module] { get }

  /// How RGB filters are made to fit another number of channels; fastai's way unless said.
  var stemRule: StemRule { get }

  /// Rows and columns of the smallest image that the strides leave a pixel of; 1 unless said.
  var smallestSize: Int { get }

  /// What rows and columns of an image have to be a multiple of; 1 unless said.
  var sizeStep: Int { get }

  /// This network's name of an entry in a checkpoint, which may be an older one.
  func entryName(_ stored: String) -> String
}

/// What a classifier gives for each class.
public enum ClassifierOutputs: String, Sendable, Hashable, Codable {
  /// Any numbers; softmax or a sigmoid makes probabilities of them.
  case logits
  /// A probability for each class by itself, between 0 and 1.
  case probabilities
}

extension ImageClassifier {
  /// Logits.
  public var outputs: ClassifierOutputs { .logits }
  /// All of the body's parameters.
  public var bodyGroups: [[Parameter]] { [body.parameters] }
  /// None.
  public var blocks: [Module] { [] }
  /// fastai's.
  public var stemRule: StemRule { .fastai }
  /// Any image will do.
  public var smallestSize: Int { 1 }
  /// Any number of rows and columns will do.
  public var sizeStep: Int { 1 }
  /// The name as it is.
  public func entryName(_ stored: String) -> String { stored }

  /// Why square images of this size cannot be taken; nil: they can.
  public func refusal(ofSize size: Int) -> String? {
    if size < smallestSize { return "needs \(smallestSize) x \(smallestSize) or more" }
    return size % sizeStep == 0 ? nil : "needs a multiple of \(sizeStep)"
  }

  /// Keeps only what goes into each block in training, and computes the blocks again in the walk back.
  public func recomputeBlocks(_ isWanted: Bool = true) {
    for block in blocks { block.recomputesInBackward = isWanted }
  }

  /// The convolution that sees the images, with its path; nil if the network has none.
  public var firstConvolution: (path: String, layer: Conv2D)? {
    namedModules.lazy.compactMap { path, module in (module as? Conv2D).map { (path, $0) } }.first
  }

  /// Entries of a checkpoint of this architecture as this network takes them: by its names, and with RGB
  /// filters made to fit its number of input channels by its `stemRule`.
  public func fitting(_ source: [String: Tensor]) -> [String: Tensor] {
    var named = Dictionary(
      source.map { (entryName($0.key), $0.value) }, uniquingKeysWith: { first, _ in first })
    guard let (path, layer) = firstConvolution else { return named }
    let (key, wanted) = (path + ".weight", layer.weight.shape)
    if let filters = named[key], filters.rank == 4, filters.shape[1] == 3, wanted[1] != 3,
      filters.shape[0] == wanted[0], filters.shape[2...] == wanted[2...]
    {
      named[key] = stemRule.adapted(filters.converted(to: .float32), to: wanted[1])
    }
    return named
  }
}
