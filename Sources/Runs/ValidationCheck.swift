import Training

/// Ends the fit after an epoch whose validation loss is not finite: a model that gives NaN is of no use.
///
/// `GradientCheck` checks training only, where batch norm uses other statistics.
final class ValidationCheck: Callback {
  /// Runs after `LogbookCallback`, which records the epoch.
  let order = 63
  let runsInLRFind = false
  /// The message with which this callback ended the fit; nil if it did not.
  private(set) var ending: String?

  func afterEpoch(_ learner: Learner) throws {
    guard let loss = learner.recorder.rows.last?.validLoss, !loss.isFinite else { return }
    ending =
      "epoch \(learner.epoch): the validation loss is \(loss.isNaN ? .nan : loss); training ends"
    throw Interruption.cancelFit
  }
}
