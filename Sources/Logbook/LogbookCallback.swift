import DataBlocks
import Foundation
import Tensors
public import Training

/// Writes every epoch of every fit into the run's database, and the last weights beside it.
public final class LogbookCallback: Callback {
  /// 64: behind the callbacks that save and stop.
  public let order = 64
  private let folder: RunFolder
  private let log: RunLog
  private var steps: [RunLog.Step] = []
  /// Epochs recorded so far, over all fits.
  public private(set) var epochCount: Int

  /// Makes the callback; `epochs` were recorded before.
  public init(_ folder: RunFolder, _ log: RunLog, epochs: Int = 0) {
    self.folder = folder
    self.log = log
    epochCount = epochs
  }

  /// Follows the loop.
  public func handle(_ event: Event, _ learner: Learner) throws {
    guard learner.isFitting else { return }
    switch event {
    case .beforeFit:
      let log = log
      learner.note = { kind, message in try log.event(kind, message) }
    case .beforeEpoch:
      steps = []
      Compute.resetMemoryPeak()
    case .afterBatch where learner.isTraining:
      steps.append(
        RunLog.Step(
          step: learner.totalSteps, loss: learner.loss,
          learningRate: learner.optimizer.hyperparameters.last?.learningRate ?? 0))
    case .afterEpoch:
      guard let row = learner.recorder.rows.last else { return }
      try folder.save("last", learner, withOptimizer: true)
      try log.record(
        row, epoch: epochCount, steps: steps,
        learningRate: learner.optimizer.hyperparameters.last?.learningRate ?? 0,
        items: learner.recorder.trainedItems, peakMemory: Compute.memory.peak)
      epochCount += 1
    default: break
    }
  }
}
