import Checkpoints
public import DataBlocks
public import Layers
public import Models
public import Training

/// Creates a learner for images that starts from a file of weights: fastai's `vision_learner` with `pretrained` weights.
///
///     let learn = try visionLearner(dls, .named("resnet18"), weights: "resnet18.safetensors")
///     try learn.fineTune(5)
///
/// - Parameters:
///   - dataLoaders: Loaders for training and validation (`dls`).
///   - architecture: Its input channels follow the loaders' pipeline (`arch`).
///   - weights: A safetensors or PyTorch file of torchvision, timm or fastai, of a run, or an exported model.
///   - part: The key of the network's dictionary in the file, or a prefix of its names. Default: the only one that fits.
///   - lossFunction: Default: what belongs to the target (`loss_func`).
///   - rule: The optimizer's update rule (`opt_func`).
///   - metrics: Metrics to compute on the validation batches.
///   - callbacks: Callbacks for every fit (`cbs`).
///   - learningRate: Default learning rate of the `fit` functions (`lr`).
///   - head: Options of the head.
///   - outputStride: Input pixels per cell of the body's output. Default: the architecture's.
///   - seed: Seed of the initial weights of the head and of random numbers inside the model.
/// - Returns: A learner whose model is body and head, all trainable. The head is new unless the file has it.
/// - Throws: `CheckpointError` if the file cannot be read or has values that are not finite, `WeightsMismatch` if it is of
///   another network.
/// - Precondition: The architecture can have the output stride.
public func visionLearner(
  _ dataLoaders: DataLoaders, _ architecture: Architecture, weights: String, part: String? = nil,
  lossFunction: LossFunction? = nil, rule: any UpdateRule = Adam(), metrics: [Metric] = [],
  callbacks: [any Callback] = [], learningRate: LearningRates = 1e-3,
  head: HeadOptions = HeadOptions(), outputStride: Int? = nil, seed: UInt64 = 42
) throws -> VisionLearner {
  let learner = visionLearner(
    dataLoaders, architecture, lossFunction: lossFunction, rule: rule, metrics: metrics,
    callbacks: callbacks, learningRate: learningRate, head: head, outputStride: outputStride,
    seed: seed)
  try learner.visionModel.loadWeights(weights, part: part)
  return learner
}

/// Creates a learner from the name of an architecture, such as "resnet18", and a file of weights.
///
/// - Throws: `UnknownArchitecture`, `CheckpointError` or `WeightsMismatch`.
public func visionLearner(
  _ dataLoaders: DataLoaders, _ name: String, weights: String, part: String? = nil,
  lossFunction: LossFunction? = nil, rule: any UpdateRule = Adam(), metrics: [Metric] = [],
  callbacks: [any Callback] = [], learningRate: LearningRates = 1e-3,
  head: HeadOptions = HeadOptions(), outputStride: Int? = nil, seed: UInt64 = 42
) throws -> VisionLearner {
  try visionLearner(
    dataLoaders, Architecture.named(name), weights: weights, part: part,
    lossFunction: lossFunction, rule: rule, metrics: metrics, callbacks: callbacks,
    learningRate: learningRate, head: head, outputStride: outputStride, seed: seed)
}

/// Creates a learner for images with a custom head: fastai's `vision_learner` with `custom_head`.
///
/// - Parameters:
///   - dataLoaders: Loaders for training and validation (`dls`).
///   - architecture: Its input channels follow the loaders' pipeline (`arch`).
///   - head: From the body's output, `[batch, channels, height, width]`, to logits. Its parameters start as it defines
///     them.
///   - weights: A file of weights for the body. Default: random weights.
///   - part: The key of the network's dictionary in the file, or a prefix of its names. Default: the only one that fits.
///   - lossFunction: Default: what belongs to the target (`loss_func`).
///   - rule: The optimizer's update rule (`opt_func`).
///   - metrics: Metrics to compute on the validation batches.
///   - callbacks: Callbacks for every fit (`cbs`).
///   - learningRate: Default learning rate of the `fit` functions (`lr`).
///   - outputStride: Input pixels per cell of the body's output. Default: the architecture's.
///   - seed: Seed of the initial weights and of random numbers inside the model.
/// - Returns: A learner whose model is body and head, all trainable.
/// - Throws: `CheckpointError` and `WeightsMismatch` of the file of weights.
/// - Precondition: The architecture can have the output stride.
public func visionLearner(
  _ dataLoaders: DataLoaders, _ architecture: Architecture, head: Module, weights: String? = nil,
  part: String? = nil, lossFunction: LossFunction? = nil, rule: any UpdateRule = Adam(),
  metrics: [Metric] = [], callbacks: [any Callback] = [], learningRate: LearningRates = 1e-3,
  outputStride: Int? = nil, seed: UInt64 = 42
) throws -> VisionLearner {
  let model = VisionModel(
    architecture, classCount: dataLoaders.target.outputCount,
    inputChannels: dataLoaders.pipeline.inputChannels, head: head, outputStride: outputStride,
    seed: seed)
  if let weights { try model.loadWeights(weights, part: part) }
  return VisionLearner(
    model, dataLoaders, lossFunction: lossFunction, rule: rule, metrics: metrics,
    callbacks: callbacks, learningRate: learningRate, trainsBatchNorm: true,
    decaysNormAndBias: false, seed: seed)
}

/// Creates a learner with a custom head from the name of an architecture, such as "resnet18".
///
/// - Throws: `UnknownArchitecture`, `CheckpointError` or `WeightsMismatch`.
public func visionLearner(
  _ dataLoaders: DataLoaders, _ name: String, head: Module, weights: String? = nil,
  part: String? = nil, lossFunction: LossFunction? = nil, rule: any UpdateRule = Adam(),
  metrics: [Metric] = [], callbacks: [any Callback] = [], learningRate: LearningRates = 1e-3,
  outputStride: Int? = nil, seed: UInt64 = 42
) throws -> VisionLearner {
  try visionLearner(
    dataLoaders, Architecture.named(name), head: head, weights: weights, part: part,
    lossFunction: lossFunction, rule: rule, metrics: metrics, callbacks: callbacks,
    learningRate: learningRate, outputStride: outputStride, seed: seed)
}

extension VisionModel {
  /// Loads a file of weights of a whole network, whose classifier is left out, or of a model with its head.
  ///
  /// - Parameters:
  ///   - path: A safetensors or PyTorch file.
  ///   - part: The key of the network's dictionary in the file, or a prefix of its names. Default: the only one that fits.
  /// - Returns: The names that match, and those that are not used.
  /// - Throws: `CheckpointError` if the file cannot be read, has several networks that fit, or values that are not finite;
  ///   `WeightsMismatch` if it does not fit.
  @discardableResult
  public func loadWeights(_ path: String, part: String? = nil) throws -> Module.LoadReport {
    let file = try Checkpoint(contentsOf: path)
    let found = try match(file, part: part)
    if found.match.usability != .none { try found.checkValues(in: file) }
    let report = try load(file, found)
    guard !report.matched.isEmpty, report.mismatched.isEmpty, report.missing.isEmpty else {
      throw WeightsMismatch(report, path: path)
    }
    return report
  }
}
