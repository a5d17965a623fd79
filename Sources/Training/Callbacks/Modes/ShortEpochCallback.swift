/// Trains and validates on the first part of each epoch, to try a script out (fastai's `ShortEpochCallback`).
///
/// As in fastai, an epoch ends after the first batch whose index is at least `fraction` of the number of batches, so it
/// has at least two. The batches count as recorded, and schedules continue at the next epoch.
public final class ShortEpochCallback: Callback {
  private let fraction: Double
  private let shortensValidation: Bool

  /// Creates the callback.
  ///
  /// - Parameters:
  ///   - fraction: The fraction of the batches (`pct`).
  ///   - shortensValidation: Whether validation is shortened too (`short_valid`).
  public init(_ fraction: Double = 0.01, shortensValidation: Bool = true) {
    precondition(fraction >= 0, "fraction is \(fraction); it must not be negative")
    self.fraction = fraction
    self.shortensValidation = shortensValidation
  }

  /// Ends the training or validation part if the last batch was the last to use.
  ///
  /// - Throws: `Interruption.cancelTrain` or `.cancelValidate`.
  public func beforeBatch(_ learner: Learner) throws {
    // Before the next batch, since one that is left in `afterBatch` would not reach the recorder.
    guard learner.batchIndex > 0, learner.isTraining || shortensValidation,
      Double(learner.batchIndex - 1) / Double(learner.batchCount) >= fraction
    else { return }
    throw learner.isTraining ? Interruption.cancelTrain : .cancelValidate
  }
}
