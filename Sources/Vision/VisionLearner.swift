public import DataBlocks
public import Layers
import Models
public import Training

/// Makes a learner for pictures: fastai's `vision_learner`.
///
/// The body comes from a named architecture, the head is fastai's. With weights given, the body is
/// frozen (its batch norms stay trainable); without, everything is trainable.
///
/// - Parameters:
///   - dataLoaders: Loaders for training and validation.
///   - name: Such as "resnet18".
///   - loss: Cross entropy unless given.
///   - rule: fastai's Adam unless given.
///   - metrics: What to measure on validation.
///   - callbacks: Called at every event.
///   - learningRate: That of `fit` where none is given.
///   - seed: Seeds first values and dropout.
/// - Returns: A learner whose `model` is `Sequential(body, head)`, and its parts.
/// - Throws: `UnknownArchitecture`.
public func visionLearner(
  _ dataLoaders: DataLoaders, _ name: String, loss: LossFunction = .crossEntropy(),
  rule: any UpdateRule = Adam(), metrics: [Metric] = [], callbacks: [any Callback] = [],
  learningRate: LearningRates = 1e-3, head: HeadOptions = HeadOptions(), seed: UInt64 = 42
) throws -> VisionLearner {
  let vision = VisionModel(
    try Architecture.named(name), classes: dataLoaders.vocab.count, head: head, seed: seed)
  let learner = Learner(
    model: vision.model, train: dataLoaders.train, valid: dataLoaders.valid, loss: loss, rule: rule,
    groups: vision.parameterGroups, metrics: metrics, callbacks: callbacks,
    learningRate: learningRate,
    seed: seed)
  return VisionLearner(
    learner: learner, vision: vision,
    predictor: Predictor(
      model: vision.model, vocab: dataLoaders.vocab, preprocessing: dataLoaders.preprocessing))
}

/// A learner for pictures and what it is made of.
@dynamicMemberLookup
public struct VisionLearner {
  /// The loop.
  public let learner: Learner
  /// Body, head, groups.
  public let vision: VisionModel
  /// Answers for files.
  public let predictor: Predictor

  /// The learner's own properties.
  public subscript<Value>(dynamicMember path: ReferenceWritableKeyPath<Learner, Value>) -> Value {
    get { learner[keyPath: path] }
    nonmutating set { learner[keyPath: path] = newValue }
  }

  /// The learner's own properties.
  public subscript<Value>(dynamicMember path: KeyPath<Learner, Value>) -> Value {
    learner[keyPath: path]
  }

  /// The network: pictures in, logits out.
  public var model: Sequential { vision.model }
}
