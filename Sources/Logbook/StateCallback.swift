import DataBlocks
import Foundation
public import Training

/// Saves the state of the training at intervals, so that a run whose process is killed continues from it.
///
/// The state is written by another thread under another name, synced and renamed, so the last good one stays valid
/// whatever happens.
public final class StateCallback: Callback {
  /// Runs after all others but `CancelFitCallback`, so that the state includes what they did.
  public let order = 999
  /// False: a search for a learning rate is not part of the run.
  public let runsInLRFind = false

  private let folder: RunFolder
  private let logbook: LogbookCallback
  private let interval: CheckpointInterval
  private let cancellation: CancelFitCallback?
  private let metadata: [String: String]
  private let writer = StateWriter()
  private var lastSave = ContinuousClock.now
  private var stepsSinceSave = 0
  private var cost = 0.0

  /// Creates the callback.
  ///
  /// - Parameters:
  ///   - folder: The folder of the run.
  ///   - logbook: Writes the steps up to the state before the state is written.
  ///   - interval: How often.
  ///   - cancellation: When it ends the fit, a last state is saved.
  ///   - metadata: Added to the metadata of the file.
  public init(
    _ folder: RunFolder, _ logbook: LogbookCallback,
    every interval: CheckpointInterval = .automatic,
    cancellation: CancelFitCallback? = nil, metadata: [String: String] = [:]
  ) {
    self.folder = folder
    self.logbook = logbook
    self.interval = interval
    self.cancellation = cancellation
    self.metadata = metadata
  }

  /// Starts the clock.
  public func beforeFit(_ learner: Learner) throws {
    (lastSave, stepsSinceSave) = (.now, 0)
  }

  /// Saves the state after a training batch if it is time, or if the fit was asked to end.
  ///
  /// - Throws: An error that names the file if the last state could not be written.
  public func afterBatch(_ learner: Learner) throws {
    guard learner.isTraining else { return }
    stepsSinceSave += 1
    if cancellation?.reason != nil {
      try saveNow(learner)
    } else if isDue {
      try save(learner)
    }
  }

  /// Saves the state after an epoch if it is time.
  ///
  /// - Throws: An error that names the file if the last state could not be written.
  public func afterEpoch(_ learner: Learner) throws { if isDue { try save(learner) } }

  /// Saves the state if the fit was asked to end after the training batches of an epoch.
  ///
  /// - Throws: An error that names the file if it cannot be written.
  public func afterCancelFit(_ learner: Learner) throws {
    if cancellation?.reason != nil, learner.hasFinishedTrainingBatches { try saveNow(learner) }
  }

  /// Waits until the last state is written.
  ///
  /// - Throws: An error that names the file if it cannot be written.
  public func afterFit(_ learner: Learner) throws { try writer.wait() }

  /// Waits until no state is being written.
  package func finish() { _ = try? writer.wait() }

  private var isDue: Bool {
    switch interval {
    case .steps(let count): stepsSinceSave >= count
    case .seconds(let seconds): elapsed >= seconds
    case .automatic: elapsed >= CheckpointInterval.automaticSeconds(cost: cost)
    }
  }

  private var elapsed: Double { (ContinuousClock.now - lastSave) / .seconds(1) }

  private func save(_ learner: Learner) throws {
    // A slow disk delays the next state, not the training.
    guard try !writer.isWriting() else { return }
    let started = ContinuousClock.now
    let earlier = writer.seconds
    try logbook.flush()
    writer.write(
      try learner.trainingState(), metadata: try facts(), to: folder.statePath)
    (lastSave, stepsSinceSave) = (.now, 0)
    cost = max((lastSave - started) / .seconds(1), earlier)
  }

  private func facts() throws -> [String: String] {
    var facts = metadata
    facts[TrainingStateFile.eventKey] = "\(try logbook.lastEvent)"
    return facts
  }

  private func saveNow(_ learner: Learner) throws {
    try writer.wait()
    try logbook.flush()
    try TrainingStateFile.write(
      try learner.trainingState(), metadata: try facts(), to: folder.statePath)
    (lastSave, stepsSinceSave) = (.now, 0)
  }
}
