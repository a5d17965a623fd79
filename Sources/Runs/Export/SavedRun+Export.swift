import Checkpoints
import Files
import Logbook
public import Training
public import Vision

extension SavedRun {
  /// Writes the model into one file, from which `loadLearner` and the program predict without the run (`export`).
  ///
  ///     try SavedRun("run").export("model.safetensors")
  ///
  /// The file has the weights of the checkpoint, the classes, the pipeline, the loss, the temperature and threshold and the
  /// maps that were chosen. It names no patient, no table and no folder but the run's.
  ///
  /// - Parameter path: The file, in safetensors' format; an existing one is replaced.
  /// - Returns: What the file says beside the weights.
  /// - Throws: `CheckpointError` if the file cannot be written, `FileError` or `RunError` if the run's choice of maps
  ///   cannot be read.
  @discardableResult
  public func export(_ path: String) throws -> ModelDescription {
    let metadata = try Checkpoint(contentsOf: folder.checkpointPath(checkpoint)).metadata
    var facts = ModelDescription.TrainingFacts()
    facts.run = PathParts(folder.path).name
    facts.checkpoint = checkpoint
    facts.epoch = metadata["epoch"].flatMap { Int($0) }
    facts.steps = metadata["steps"].flatMap { Int($0) }
    facts.streams = metadata[Lineage.key]
    facts.weights = description.plan.weights.map { PathParts($0).name }
    facts.data = description.data
    // A run without its database still has its weights.
    if let row = try? RunSummary(folder.path).epochs.first(where: { $0.epoch == facts.epoch }) {
      facts.metrics = Dictionary(
        row.valueNames.compactMap { name in row.value(of: name).map { (name, $0) } },
        uniquingKeysWith: { first, _ in first })
    }
    facts.calibrationImages = calibration?.images
    facts.calibrationSplit = calibration?.split
    let description = ModelDescription(
      visionModel, predictor, seed: seed, explanation: try explanationChoice(), training: facts)
    try description.write(visionModel, to: path)
    return description
  }
}

extension VisionLearner {
  /// Writes the model into one file, from which `loadLearner` and the program predict (`export`).
  ///
  /// A head, a loss or a target block of your own is named in the file, but has to be given to `loadLearner`; so have
  /// architectures and transforms of your own.
  ///
  /// - Parameters:
  ///   - path: The file, in safetensors' format; an existing one is replaced.
  ///   - calibration: A temperature and a decision threshold to store.
  /// - Returns: What the file says beside the weights.
  /// - Throws: `CheckpointError` if the file cannot be written.
  @discardableResult
  public func export(
    _ path: String, calibration: PredictorCalibration? = nil
  ) throws -> ModelDescription {
    var facts = ModelDescription.TrainingFacts()
    facts.steps = totalSteps
    if let row = recorder.rows.last {
      facts.epoch = row.epoch
      var metrics: [String: Double] = [:]
      for (name, value) in [("train_loss", row.trainLoss), ("valid_loss", row.validLoss)]
        + row.metrics.map({ ($0.name, Optional($0.value)) })
      {
        if let value, value.isFinite { metrics[name] = value }
      }
      facts.metrics = metrics
    }
    let description = ModelDescription(
      visionModel, predictor.calibrated(calibration ?? predictor.calibration), seed: seed,
      explanation: nil, training: facts)
    try description.write(visionModel, to: path)
    return description
  }
}
