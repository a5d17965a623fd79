public import DataBlocks
public import Layers
public import Models
public import Training

/// Creates a learner for images: fastai's `vision_learner`.
///
/// The body comes from an architecture, the head is fastai's; all groups are trainable.
///
/// - Parameters:
///   - dataLoaders: Loaders for training and validation (`dls`).
///   - architecture: Its input channels follow the loaders' pipeline (`arch`).
///   - lossFunction: Default: what belongs to the target: cross entropy for classes
///     (`loss_func`).
///   - rule: The optimizer's update rule. Default: fastai's Adam (`opt_func`).
///   - metrics: Metrics to compute on the validation batches.
///   - callbacks: Callbacks for every fit (`cbs`).
///   - learningRate: Default learning rate of the `fit` functions (`lr`).
///   - head: Options of the head; there is another function for a head of your own.
///   - outputStride: Input pixels per cell of the body's output. Default: the architecture's.
///   - trainsBatchNorm: Keep normalization layers trainable in frozen groups (`train_bn`).
///   - decaysNormAndBias: Apply weight decay to normalization layers and biases too (`wd_bn_bias`).
///   - seed: Seed of the initial weights and of random numbers inside the model.
/// - Returns: A learner whose model is body and head.
/// - Precondition: The architecture can have the output stride.
public func visionLearner(
  _ dataLoaders: DataLoaders, _ architecture: Architecture,
  lossFunction: LossFunction? = nil, rule: any UpdateRule = Adam(),
  metrics: [Metric] = [], callbacks: [any Callback] = [], learningRate: LearningRates = 1e-3,
  head: HeadOptions = HeadOptions(), outputStride: Int? = nil, trainsBatchNorm: Bool = true,
  decaysNormAndBias: Bool = false, seed: UInt64 = 42
) -> VisionLearner {
  let model = VisionModel(
    architecture, classCount: dataLoaders.target.outputCount,
    inputChannels: dataLoaders.pipeline.inputChannels, head: head,
    outputStride: outputStride, seed: seed)
  return VisionLearner(
    model, dataLoaders, lossFunction: lossFunction, rule: rule, metrics: metrics,
    callbacks: callbacks, learningRate: learningRate, trainsBatchNorm: trainsBatchNorm,
    decaysNormAndBias: decaysNormAndBias, seed: seed)
}

/// Creates a learner for images from the name of an architecture, such as "resnet18".
///
/// - Throws: `UnknownArchitecture`.
public func visionLearner(
  _ dataLoaders: DataLoaders, _ name: String, lossFunction: LossFunction? = nil,
  rule: any UpdateRule = Adam(), metrics: [Metric] = [], callbacks: [any Callback] = [],
  learningRate: LearningRates = 1e-3, head: HeadOptions = HeadOptions(),
  outputStride: Int? = nil, seed: UInt64 = 42
) throws -> VisionLearner {
  visionLearner(
    dataLoaders, try Architecture.named(name), lossFunction: lossFunction, rule: rule,
    metrics: metrics, callbacks: callbacks, learningRate: learningRate, head: head,
    outputStride: outputStride, seed: seed)
}

/// A learner whose model is the body of an architecture with a new head.
public final class VisionLearner: Learner {
  /// The body, the head and the parameter groups.
  public let visionModel: VisionModel
  /// Classifies files.
  public let predictor: Predictor

  init(
    _ visionModel: VisionModel, _ loaders: DataLoaders, lossFunction: LossFunction?,
    rule: any UpdateRule, metrics: [Metric], callbacks: [any Callback],
    learningRate: LearningRates, trainsBatchNorm: Bool, decaysNormAndBias: Bool, seed: UInt64
  ) {
    self.visionModel = visionModel
    let lossFunction = lossFunction ?? .standard(for: loaders.target)
    predictor = Predictor(
      model: visionModel.model, vocab: loaders.vocab, pipeline: loaders.pipeline,
      lossFunction: lossFunction, target: loaders.target)
    super.init(
      model: visionModel.model, train: loaders.train, valid: loaders.valid,
      lossFunction: lossFunction, rule: rule, groups: visionModel.parameterGroups,
      metrics: metrics, callbacks: callbacks, learningRate: learningRate,
      trainsBatchNorm: trainsBatchNorm, decaysNormAndBias: decaysNormAndBias, seed: seed)
  }

  /// The most probable class of a file, its index, and the probability of every class (`predict`).
  ///
  /// - Throws: `DataError` naming the file.
  public func predict(_ path: String) throws(DataError) -> (
    label: String, index: Int, probabilities: [Double]
  ) { try predictor.predict(path) }

  /// The model layer by layer, for one image (`summary`).
  public func summary() -> ModelSummary {
    let (pipeline, size) = (predictor.pipeline, predictor.pipeline.inputSize)
    return ModelSummary(of: model, input: [1, pipeline.inputChannels, size.height, size.width])
  }
}
