import Checkpoints
public import DataBlocks
import Files
import Layers
public import Logbook
public import Models
public import Training
public import Vision

/// A run that was trained, with the weights of one of its checkpoints.
///
///     let run = try SavedRun("run")
///     let (label, _, probabilities) = try run.predictor.predict("film.dcm")
public struct SavedRun: SavedModel {
  /// The folder.
  public let folder: RunFolder
  /// The content of `run.json`.
  public let description: RunDescription
  /// The checkpoint that was loaded: "best" or "last".
  package let checkpoint: String
  /// Body and head with their weights, in evaluation mode.
  public let visionModel: VisionModel
  /// Classifies files, with the temperature and threshold of `calibration`.
  public let predictor: Predictor
  /// The temperature and the threshold that were chosen for these weights (`calibrate`); nil if none were.
  public let calibration: RunCalibration?
  /// A calibration of other weights of the run, which is not used.
  package let otherCalibration: RunCalibration?

  /// Opens a run and loads weights.
  ///
  /// - Parameters:
  ///   - path: The folder of the run.
  ///   - checkpoint: "best" or "last"; without a best checkpoint, "best" loads the last.
  ///   - known: The architectures to look the run's up in. Add your own.
  ///   - frames: What is read of a DICOM file with several frames. Default: as in training.
  ///   - outputStride: Input pixels per cell of the body's output, for finer maps. Default: as in training.
  /// - Throws: `RunError`, `RunFormatError`, `FileError`, `DataError` for a transform that is not registered,
  ///   `CheckpointError`, `WeightsMismatch`.
  public init(
    _ path: String, checkpoint: String = "best", among known: [Architecture] = Architecture.all,
    frames: FrameChoice? = nil, outputStride: Int? = nil
  ) throws {
    folder = try RunFolder(opening: path)
    description = try RunDescription.read(folder)
    let usesLast =
      checkpoint == "best" && !folder.hasCheckpoint("best") && folder.hasCheckpoint("last")
    self.checkpoint = usesLast ? "last" : checkpoint
    let plan = description.plan
    if !["best", "last"].contains(checkpoint) { try folder.requireCheckpoint(checkpoint) }
    guard folder.hasCheckpoint(self.checkpoint) else {
      throw RunError(.noCheckpoint(self.checkpoint), path: path)
    }
    visionModel = try Self.network(description, among: known, settings: folder.settingsPath)
    let file = folder.checkpointPath(self.checkpoint)
    let stored = try Checkpoint(contentsOf: file)
    // ReLU and maxima turn NaN into numbers that look like an answer.
    let faults = try stored.valueFaults(of: stored.entries.map(\.name))
    guard faults.isEmpty else { throw CheckpointError(.unusableValues(faults), path: file) }
    let report = try visionModel.load(stored)
    guard report.isComplete else { throw WeightsMismatch(report, path: file) }
    if let outputStride { try visionModel.use(outputStride: outputStride) }
    visionModel.model.eval()
    let found = try RunCalibration.read(folder)
    let fits = found?.checkpoint == self.checkpoint && found?.steps == stored.metadata["steps"]
    calibration = fits ? found : nil
    otherCalibration = fits ? nil : found
    if let fault = calibration?.calibration.fault(classCount: description.vocab.count) {
      throw RunError(
        .invalidSettings(JSONFault(field: "calibration.\(fault.field)", fault.problem)),
        path: "\(folder.path)/\(RunCalibration.fileName)")
    }
    do {
      predictor = Predictor(
        model: visionModel.model, vocab: description.vocab,
        pipeline: try frames.map(plan.pipeline.choosing) ?? plan.pipeline,
        lossFunction: try description.lossFunction(), target: description.target,
        calibration: calibration?.calibration)
    } catch let error as RunError {
      throw error.at(folder.settingsPath)
    }
  }

  /// The seed of the weights that training began with.
  public var seed: UInt64 { description.plan.seed }
  /// This run.
  public var run: SavedRun? { self }

  /// The run's `calibration.json`, if it has one for these weights.
  public var calibrationSource: CalibrationSource? {
    calibration.map {
      CalibrationSource(
        file: "\(folder.path)/\(RunCalibration.fileName)", images: $0.images, split: $0.split)
    }
  }

  /// The maps that were chosen for the run on validation masks; nil if none were.
  ///
  /// - Throws: `FileError`, `RunError` if `explanation.json` is damaged.
  public func explanationChoice() throws -> ExplanationChoice? {
    try ExplanationChoice.read(folder)
  }

  /// Creates the network that the settings describe, with random weights.
  private static func network(
    _ description: RunDescription, among known: [Architecture], settings: String
  ) throws(RunError) -> VisionModel {
    func fault(_ field: String, _ problem: String, _ remedy: String?) -> RunError {
      RunError(.invalidSettings(JSONFault(field: field, problem), remedy: remedy), path: settings)
    }
    let plan = description.plan
    let architecture: Architecture
    do {
      architecture = try Architecture.named(plan.architecture, among: known)
    } catch {
      throw fault("plan.model.arch", error.problem, error.remedy)
    }
    let model = VisionModel(
      architecture, classCount: description.target.outputCount,
      inputChannels: plan.pipeline.inputChannels, head: plan.model.head, seed: plan.seed)
    do {
      try model.use(outputStride: plan.outputStride)
    } catch {
      throw fault("plan.model.output_stride", error.problem, error.remedy)
    }
    for size in Set([plan.pipeline.inputSize.height, plan.pipeline.inputSize.width]).sorted() {
      if let refusal = model.refusal(ofSize: size) {
        throw fault(
          "plan.pipeline", "it gives images of \(size); \(architecture.name) \(refusal)", nil)
      }
    }
    return model
  }
}

extension SavedModel {
  /// Items of a part of the data.
  ///
  /// - Parameters:
  ///   - items: All items of a table.
  ///   - split: "train", "valid", "test" or "all". Default: the test items if there are any, else all.
  /// - Returns: The items, and the name of the part.
  /// - Throws: `DataError` if the name is unknown or there are no such items.
  public func select(
    _ items: [DataItem], split: String? = nil
  ) throws(DataError) -> (items: [DataItem], name: String) {
    let name = split ?? (items.contains { $0.split == .test } ? "test" : "all")
    if name == "all" { return (items, name) }
    guard let part = DataSplit(name: name) else { throw DataError(.unknownSplit(name)) }
    let chosen = items.filter { $0.split == part }
    guard !chosen.isEmpty else { throw DataError(.noItems("the split \"\(name)\"")) }
    return (chosen, name)
  }
}
