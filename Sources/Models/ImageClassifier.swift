public import Layers

/// A network for pictures whose classifier can be cut off and replaced by a new head.
public protocol ImageClassifier: Module {
  /// The network without its pooling and classifier, as fastai's `vision_learner` cuts it.
  ///
  /// The layers are this network's own, not copies.
  var body: Sequential { get }

  /// The body's parameters in the groups that fastai trains at different rates, early layers first.
  var bodyGroups: [[Parameter]] { get }

  /// Channels that the body gives.
  var featureCount: Int { get }

  /// The child that maps features to classes, such as "fc".
  var classifierName: String { get }

  /// Path of the last layer with a spatial extent, where class activation maps are usually taken.
  var lastSpatialLayer: String { get }

  /// The parts of the body, in order, that hold most of the memory in training.
  var blocks: [Module] { get }

  /// This network's name of an entry in a checkpoint, which may be an older one.
  func entryName(_ stored: String) -> String
}

extension ImageClassifier {
  /// Keeps only what goes into each block in training, and computes the blocks again in the walk back.
  public func recomputeBlocks(_ isWanted: Bool = true) {
    for block in blocks { block.recomputesInBackward = isWanted }
  }

  /// The name as it is.
  public func entryName(_ stored: String) -> String { stored }
}
