/// Raises the learning rate geometrically from batch to batch, and ends the fit (fastai's `LRFinder`).
final class LRFinder: Callback {
  /// Runs after the recorder.
  let order = 60
  private let schedule: Schedule
  private let iterations: Int
  private let stopsOnDivergence: Bool
  private var count = 0
  private var bestLoss = Double.infinity

  init(_ schedule: Schedule, iterations: Int, stopsOnDivergence: Bool) {
    self.schedule = schedule
    self.iterations = iterations
    self.stopsOnDivergence = stopsOnDivergence
  }

  func beforeBatch(_ learner: Learner) throws {
    guard learner.isTraining else { return }
    learner.optimizer.set(.learningRate, .same(schedule(Double(count) / Double(iterations))))
  }

  func afterBatch(_ learner: Learner) throws {
    guard learner.isTraining else { return }
    count += 1
    let loss = learner.recorder.smoothedLoss
    if loss < bestLoss { bestLoss = loss }
    if count >= iterations || (stopsOnDivergence && loss > 4 * bestLoss) {
      throw Interruption.cancelFit
    }
  }

  func beforeValidate(_ learner: Learner) throws { throw Interruption.cancelValidate }
}
