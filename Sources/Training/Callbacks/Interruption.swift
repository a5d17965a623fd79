/// Thrown by a callback to leave a stage of the training loop.
///
/// The stage's `afterCancel…` event follows, then its `after…` event.
public enum Interruption: Error, Sendable, Equatable {
  /// Skips the backward pass of this batch (`CancelBackwardException`).
  case cancelBackward
  /// Skips the optimizer's step of this batch (`CancelStepException`).
  case cancelStep
  /// Skips the rest of this batch (`CancelBatchException`).
  case cancelBatch
  /// Skips the remaining training batches of this epoch (`CancelTrainException`).
  case cancelTrain
  /// Skips the remaining validation batches of this epoch (`CancelValidException`).
  case cancelValidate
  /// Skips the rest of this epoch (`CancelEpochException`).
  case cancelEpoch
  /// Ends the fit (`CancelFitException`).
  case cancelFit
}
