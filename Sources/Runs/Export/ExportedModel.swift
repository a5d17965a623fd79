import Checkpoints
public import DataBlocks
import Files
import Tensors
public import Layers
public import Models
public import Training
public import Vision

/// A model of one file, which `export` wrote: weights, classes, pipeline, loss, temperature and threshold.
///
///     let model = try loadLearner("model.safetensors")
///     let (label, _, probabilities) = try model.predict("film.dcm")
///
/// Many threads can use one value at once, as with `Predictor`.
public struct ExportedModel: SavedModel, @unchecked Sendable {
  // @unchecked: the network runs within `Module.exclusively` only; everything else is a value.

  /// The path of the file.
  public let path: String
  /// What the file says beside the weights.
  public let description: ModelDescription
  /// Body and head with their weights, in evaluation mode.
  public let visionModel: VisionModel
  /// Classifies files.
  public let predictor: Predictor

  /// Opens a file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - known: The architectures to look the model's up in. Add your own.
  ///   - head: The head, if the model has one of your own; its weights are in the file.
  ///   - lossFunction: The loss, if the model has one of your own. Default: the file's.
  ///   - target: The target block, if the model has one of your own. Default: the file's.
  ///   - frames: What is read of a DICOM file with several frames. Default: as in training.
  ///   - outputStride: Input pixels per cell of the body's output, for finer maps. Default: as in training.
  /// - Throws: `ModelFileError` if the file is no exported model, of a newer format or damaged, or has a part of your own
  ///   that is not given; `CheckpointError` if it cannot be read; `DataError` for a transform that is not registered;
  ///   `WeightsMismatch`.
  public init(
    _ path: String, among known: [Architecture] = Architecture.all, head: Module? = nil,
    lossFunction: LossFunction? = nil, target: (any TargetBlock)? = nil,
    frames: FrameChoice? = nil, outputStride: Int? = nil
  ) throws {
    let file = try Checkpoint(contentsOf: path)
    let description = try ModelDescription.read(file)
    self.path = path
    self.description = description
    guard let target = target ?? description.target.block else {
      throw ModelFileError(.ownPart(.target), path: path)
    }
    guard let lossFunction = lossFunction ?? description.loss?.lossFunction else {
      throw ModelFileError(.ownPart(.lossFunction), path: path)
    }
    precondition(
      target.outputCount == description.target.outputCount,
      "a target of \(target.outputCount) outputs for a model of \(description.target.outputCount)")
    visionModel = try Self.network(description, among: known, head: head, path: path)
    try Self.load(file, into: visionModel)
    if let outputStride { try visionModel.use(outputStride: outputStride) }
    visionModel.model.eval()
    predictor = Predictor(
      model: visionModel.model, vocab: target.vocab,
      pipeline: try frames.map(description.pipeline.choosing) ?? description.pipeline,
      lossFunction: lossFunction, target: target, calibration: description.calibration)
  }

  /// The seed of the weights that training began with.
  public var seed: UInt64 { description.seed }
  /// Nil: the file has no data of its own.
  public var run: SavedRun? { nil }

  /// The file, if it has a temperature or a threshold.
  public var calibrationSource: CalibrationSource? {
    guard description.calibration != nil else { return nil }
    return CalibrationSource(
      file: path, images: description.training.calibrationImages,
      split: description.training.calibrationSplit)
  }

  /// The maps that were chosen on validation masks; nil if none were.
  public func explanationChoice() throws -> ExplanationChoice? { description.explanation }

  /// Creates the network that the description names, with random weights.
  private static func network(
    _ description: ModelDescription, among known: [Architecture], head: Module?, path: String
  ) throws(ModelFileError) -> VisionModel {
    func fault(_ field: String, _ problem: String, _ remedy: String? = nil) -> ModelFileError {
      ModelFileError(
        .architecture(field: field, problem: problem, remedy: remedy), path: path)
    }
    let architecture: Architecture
    do {
      architecture = try Architecture.named(description.architecture, among: known)
    } catch {
      throw fault(
        "architecture", error.problem,
        "load it with loadLearner(path, among: …) if it is your own"
          + (error.remedy.map { "; \($0)" } ?? ""))
    }
    let (classCount, channels) = (
      description.target.outputCount, description.pipeline.inputChannels
    )
    let model: VisionModel
    if let options = description.head {
      model = VisionModel(
        architecture, classCount: classCount, inputChannels: channels, head: options,
        seed: description.seed)
    } else {
      guard let head else { throw ModelFileError(.ownPart(.head), path: path) }
      model = VisionModel(
        architecture, classCount: classCount, inputChannels: channels, head: head,
        seed: description.seed)
    }
    do {
      try model.use(outputStride: description.outputStride)
    } catch {
      throw fault("output_stride", error.problem)
    }
    let size = description.pipeline.inputSize
    for side in Set([size.height, size.width]).sorted() {
      if let refusal = model.refusal(ofSize: side) {
        throw fault("pipeline", "it gives images of \(side); \(architecture.name) \(refusal)")
      }
    }
    return model
  }

  /// Loads the weights, which must have the names and shapes of the network exactly.
  private static func load(_ file: Checkpoint, into model: VisionModel) throws {
    // ReLU and maxima turn NaN into numbers that look like an answer.
    let faults = try file.valueFaults(of: file.entries.map(\.name))
    guard faults.isEmpty else { throw CheckpointError(.unusableValues(faults), path: file.path) }
    let tensors = try file.tensors(file.entries.map(\.name))
    let report = model.model.load(StateDictionary(tensors.map { (name: $0.key, tensor: $0.value) }))
    guard report.isComplete else { throw WeightsMismatch(report, path: file.path) }
  }
}

/// Opens an exported model: fastai's `load_learner`.
///
/// The parameters are those of `ExportedModel.init`.
///
/// - Returns: A model that predicts and is explained from the file alone; many threads can use it at once.
/// - Throws: As `ExportedModel.init`.
public func loadLearner(
  _ path: String, among known: [Architecture] = Architecture.all, head: Module? = nil,
  lossFunction: LossFunction? = nil, target: (any TargetBlock)? = nil, frames: FrameChoice? = nil,
  outputStride: Int? = nil
) throws -> ExportedModel {
  try ExportedModel(
    path, among: known, head: head, lossFunction: lossFunction, target: target, frames: frames,
    outputStride: outputStride)
}
