public import DataBlocks
public import Layers
public import Models
public import Training

/// Makes a learner for images: fastai's `vision_learner`.
///
/// The body comes from a named architecture, the head is fastai's. With weights given, the body is
/// frozen (its batch norms stay trainable); without, everything is trainable.
///
/// - Parameters:
///   - dataLoaders: Loaders for training and validation.
///   - architecture: Such as `.named("resnet18")`, or one of your own; it takes as many channels as the
///     loaders' images have.
///   - loss: Cross entropy unless given.
///   - rule: fastai's Adam unless given.
///   - metrics: What to measure on validation.
///   - callbacks: Called at every event.
///   - learningRate: That of `fit` where none is given.
///   - head: What differs from fastai's default head.
///   - seed: Seeds first values and dropout.
/// - Returns: A learner whose `model` is `Sequential(body, head)`, and its parts.
public func visionLearner(
  _ dataLoaders: DataLoaders, _ architecture: Architecture, loss: LossFunction = .crossEntropy(),
  rule: any UpdateRule = Adam(), metrics: [Metric] = [], callbacks: [any Callback] = [],
  learningRate: LearningRates = 1e-3, head: HeadOptions = HeadOptions(), seed: UInt64 = 42
) -> VisionLearner {
  let vision = VisionModel(
    architecture, classCount: dataLoaders.vocab.count,
    inputChannels: dataLoaders.preprocessing.normalize.mean.count, head: head, seed: seed)
  return VisionLearner(
    vision, dataLoaders, loss: loss, rule: rule, metrics: metrics, callbacks: callbacks,
    learningRate: learningRate, seed: seed)
}

/// Makes a learner for images from the name of an architecture, such as "resnet18".
///
/// - Throws: `UnknownArchitecture`.
public func visionLearner(
  _ dataLoaders: DataLoaders, _ name: String, loss: LossFunction = .crossEntropy(),
  rule: any UpdateRule = Adam(), metrics: [Metric] = [], callbacks: [any Callback] = [],
  learningRate: LearningRates = 1e-3, head: HeadOptions = HeadOptions(), seed: UInt64 = 42
) throws -> VisionLearner {
  visionLearner(
    dataLoaders, try Architecture.named(name), loss: loss, rule: rule, metrics: metrics,
    callbacks: callbacks, learningRate: learningRate, head: head, seed: seed)
}

/// A learner for images: a `Learner` that knows what its model is made of and answers for files.
public final class VisionLearner: Learner {
  /// Body, head, groups.
  public let vision: VisionModel
  /// Answers for files.
  public let predictor: Predictor

  init(
    _ vision: VisionModel, _ loaders: DataLoaders, loss: LossFunction, rule: any UpdateRule,
    metrics: [Metric], callbacks: [any Callback], learningRate: LearningRates, seed: UInt64
  ) {
    self.vision = vision
    predictor = Predictor(
      model: vision.model, vocab: loaders.vocab, preprocessing: loaders.preprocessing)
    super.init(
      model: vision.model, train: loaders.train, valid: loaders.valid, loss: loss, rule: rule,
      groups: vision.parameterGroups, metrics: metrics, callbacks: callbacks,
      learningRate: learningRate, seed: seed)
  }

  /// The class of a file, its number, and the probability of every class: fastai's `learn.predict`.
  ///
  /// - Throws: `DataError` naming the file and the reason.
  public func predict(_ path: String) throws(DataError) -> (
    label: String, index: Int, probabilities: [Double]
  ) { try predictor.predict(path) }

  /// The model layer by layer, for one image: fastai's `learn.summary()`.
  public var summary: ModelSummary {
    let (preprocessing, size) = (predictor.preprocessing, predictor.preprocessing.inputSize)
    return ModelSummary(
      of: model, input: [1, preprocessing.normalize.mean.count, size.height, size.width])
  }
}
