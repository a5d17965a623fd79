/// A place in the training loop; the raw value is fastai's name.
public enum Event: String, Sendable, CaseIterable {
  case beforeFit = "before_fit"
  case beforeEpoch = "before_epoch"
  case beforeTrain = "before_train"
  case beforeBatch = "before_batch"
  case afterPrediction = "after_pred"
  case afterLoss = "after_loss"
  case beforeBackward = "before_backward"
  case afterCancelBackward = "after_cancel_backward"
  case afterBackward = "after_backward"
  case beforeStep = "before_step"
  case afterCancelStep = "after_cancel_step"
  case afterStep = "after_step"
  case afterCancelBatch = "after_cancel_batch"
  case afterBatch = "after_batch"
  case afterCancelTrain = "after_cancel_train"
  case afterTrain = "after_train"
  case beforeValidate = "before_validate"
  case afterCancelValidate = "after_cancel_validate"
  case afterValidate = "after_validate"
  case afterCancelEpoch = "after_cancel_epoch"
  case afterEpoch = "after_epoch"
  case afterCancelFit = "after_cancel_fit"
  case afterFit = "after_fit"
}

/// Code that the training loop calls at its events.
///
/// A callback states only what it cares about. It reads the learner's state, and changes it through
/// the learner's named methods. Lower orders run first; among equals, in the order they were added.
public protocol Callback: AnyObject {
  /// Place among the callbacks; fastai's numbers.
  var order: Int { get }
  /// Called at every event. May throw an `Interruption` to leave a stretch of training.
  func handle(_ event: Event, _ learner: Learner) throws
}

extension Callback {
  /// 0.
  public var order: Int { 0 }
}

/// Leaves a stretch of training; its `afterCancel…` and `after…` events still happen.
public enum Interruption: Error, Sendable, Equatable {
  /// No gradients for this batch.
  case cancelBackward
  /// No step for this batch.
  case cancelStep
  /// On to the next batch.
  case cancelBatch
  /// On to validation.
  case cancelTrain
  /// On to the end of the epoch.
  case cancelValidate
  /// On to the next epoch.
  case cancelEpoch
  /// Training ends here.
  case cancelFit
}
