import DataBlocks
import Foundation
import Tensors
public import Training

/// Records every epoch of every fit in a run's database, and saves the last weights.
public final class LogbookCallback: Callback {
  /// Runs after the callbacks that save weights and change learning rates, before those that end the fit.
  public let order = 62
  /// False: a search for a learning rate is not part of the run.
  public let runsInLRFind = false
  private let folder: RunFolder
  private let log: RunLog
  private var steps: [RunLog.Step] = []
  private var epochCount: Int
  private var lastFlush = ContinuousClock.now

  /// Creates the callback.
  ///
  /// - Parameters:
  ///   - folder: The folder in which the weights are saved as "last".
  ///   - log: The database of the run.
  ///   - epochs: Number of epochs that are already recorded, if a run is resumed.
  public init(_ folder: RunFolder, _ log: RunLog, epochs: Int = 0) {
    self.folder = folder
    self.log = log
    epochCount = epochs
  }

  /// Clears the peak memory of the previous epoch.
  public func beforeEpoch(_ learner: Learner) throws {
    steps = []
    Compute.resetMemoryPeak()
  }

  /// Records the loss of a training batch; readers see it within some seconds.
  public func afterBatch(_ learner: Learner) throws {
    guard learner.isTraining else { return }
    steps.append(
      RunLog.Step(
        step: learner.totalSteps, loss: learner.loss,
        learningRate: learner.optimizer.hyperparameters.last?.learningRate ?? 0))
    if (ContinuousClock.now - lastFlush) > Self.flushInterval { try flush() }
  }

  private static let flushInterval = Duration.seconds(5)

  /// Writes the steps that are not in the database yet.
  ///
  /// - Throws: `RunError` if SQLite cannot write.
  package func flush() throws(RunError) {
    lastFlush = .now
    guard !steps.isEmpty else { return }
    try log.record(steps, epoch: epochCount)
    steps = []
  }

  /// Number of the last event in the database.
  var lastEvent: Int { get throws(RunError) { try log.lastEvent } }

  /// Saves the weights, then records the epoch.
  public func afterEpoch(_ learner: Learner) throws {
    guard let row = learner.recorder.rows.last else { return }
    try learner.withValidatedWeights { try folder.save("last", learner, withOptimizer: false) }
    try log.record(
      row, epoch: epochCount, steps: steps,
      learningRate: learner.optimizer.hyperparameters.last?.learningRate ?? 0,
      items: learner.recorder.trainedItems, peakMemory: Compute.memory.peak)
    steps = []
    lastFlush = .now
    epochCount += 1
  }
}

extension LogbookCallback: TrainingNoteReceiver {
  /// Records a note as an event.
  public func didNote(_ note: TrainingNote, _ learner: Learner) throws {
    try log.event(note.kind, note.message)
  }
}
