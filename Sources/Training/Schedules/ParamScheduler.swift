/// Sets learning rates and momentum before each training batch (fastai's `ParamScheduler`).
///
/// The value at the end of a schedule is never reached, as in fastai: the last of N batches uses
/// position (N - 1) / N.
public final class ParamScheduler: Callback {
  /// Runs after the recorder.
  public let order = 60
  private let learningRates: [Schedule]
  private let momentum: Schedule?

  /// Creates a scheduler.
  ///
  /// - Parameters:
  ///   - learningRates: One schedule per group; the last is used for further groups.
  ///   - momentum: The schedule of all groups' momentum; nil leaves it unchanged.
  public init(learningRates: [Schedule], momentum: Schedule? = nil) {
    self.learningRates = learningRates
    self.momentum = momentum
  }

  /// Sets the hyperparameters of a training batch.
  public func beforeBatch(_ learner: Learner) throws {
    guard learner.isTraining else { return }
    for group in 0..<learner.optimizer.groupCount {
      learner.optimizer.hyperparameters[group].learningRate =
        learningRates[min(group, learningRates.count - 1)](learner.progress)
      if let momentum {
        learner.optimizer.hyperparameters[group].momentum = momentum(learner.progress)
      }
    }
  }
}
