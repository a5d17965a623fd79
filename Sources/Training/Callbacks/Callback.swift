/// Code that the training loop calls at its events.
///
/// A callback implements the events that it needs; the others do nothing. Events are only sent during
/// `fit`, in this order:
///
///     beforeFit
///       beforeEpoch
///         beforeTrain
///           beforeBatch  afterPrediction  afterLoss
///             beforeBackward  afterBackward  beforeStep  afterStep
///           afterBatch
///         afterTrain
///         beforeValidate
///           beforeBatch  afterPrediction  afterLoss  afterBatch
///         afterValidate
///       afterEpoch
///     afterFit
///
/// A callback reads the state of the learner and changes it through the learner's methods and settable
/// properties. Any event may throw an `Interruption`.
public protocol Callback: AnyObject {
  /// Position among the callbacks: lower numbers run first, equal numbers in the order of addition.
  var order: Int { get }
  /// Whether the callback runs during `Learner.lrFind`: false for callbacks that save, record or stop.
  var runsInLRFind: Bool { get }

  /// Called once before the first epoch (`before_fit`).
  func beforeFit(_ learner: Learner) throws
  /// Called before each epoch (`before_epoch`).
  func beforeEpoch(_ learner: Learner) throws
  /// Called before the training batches of an epoch (`before_train`).
  func beforeTrain(_ learner: Learner) throws
  /// Called before each training and validation batch; `learner.batch` may be replaced (`before_batch`).
  func beforeBatch(_ learner: Learner) throws
  /// Called after the forward pass (`after_pred`).
  func afterPrediction(_ learner: Learner) throws
  /// Called after the loss is computed; `learner.lossScale` may be changed (`after_loss`).
  func afterLoss(_ learner: Learner) throws
  /// Called before the backward pass (`before_backward`).
  func beforeBackward(_ learner: Learner) throws
  /// Called when the backward pass was canceled (`after_cancel_backward`).
  func afterCancelBackward(_ learner: Learner) throws
  /// Called after the backward pass, canceled or not (`after_backward`).
  func afterBackward(_ learner: Learner) throws
  /// Called before the optimizer's step (`before_step`).
  func beforeStep(_ learner: Learner) throws
  /// Called when the step was canceled (`after_cancel_step`).
  func afterCancelStep(_ learner: Learner) throws
  /// Called after the step, canceled or not (`after_step`).
  func afterStep(_ learner: Learner) throws
  /// Called when the batch was canceled (`after_cancel_batch`).
  func afterCancelBatch(_ learner: Learner) throws
  /// Called after each training and validation batch, canceled or not (`after_batch`).
  func afterBatch(_ learner: Learner) throws
  /// Called when the training part of an epoch was canceled (`after_cancel_train`).
  func afterCancelTrain(_ learner: Learner) throws
  /// Called after the training batches of an epoch (`after_train`).
  func afterTrain(_ learner: Learner) throws
  /// Called before the validation batches of an epoch (`before_validate`).
  func beforeValidate(_ learner: Learner) throws
  /// Called when validation was canceled (`after_cancel_validate`).
  func afterCancelValidate(_ learner: Learner) throws
  /// Called after the validation batches of an epoch (`after_validate`).
  func afterValidate(_ learner: Learner) throws
  /// Called when the epoch was canceled (`after_cancel_epoch`).
  func afterCancelEpoch(_ learner: Learner) throws
  /// Called after each epoch, canceled or not (`after_epoch`).
  func afterEpoch(_ learner: Learner) throws
  /// Called when the fit was canceled (`after_cancel_fit`).
  func afterCancelFit(_ learner: Learner) throws
  /// Called once after the last epoch, canceled or not (`after_fit`).
  func afterFit(_ learner: Learner) throws
}

extension Callback {
  /// Default: 0.
  public var order: Int { 0 }

  /// Default: true.
  public var runsInLRFind: Bool { true }

  /// Default: does nothing.
  public func beforeFit(_ learner: Learner) throws {}
  /// Default: does nothing.
  public func beforeEpoch(_ learner: Learner) throws {}
  /// Default: does nothing.
  public func beforeTrain(_ learner: Learner) throws {}
  /// Default: does nothing.
  public func beforeBatch(_ learner: Learner) throws {}
  /// Default: does nothing.
  public func afterPrediction(_ learner: Learner) throws {}
  /// Default: does nothing.
  public func afterLoss(_ learner: Learner) throws {}
  /// Default: does nothing.
  public func beforeBackward(_ learner: Learner) throws {}
  /// Default: does nothing.
  public func afterCancelBackward(_ learner: Learner) throws {}
  /// Default: does nothing.
  public func afterBackward(_ learner: Learner) throws {}
  /// Default: does nothing.
  public func beforeStep(_ learner: Learner) throws {}
  /// Default: does nothing.
  public func afterCancelStep(_ learner: Learner) throws {}
  /// Default: does nothing.
  public func afterStep(_ learner: Learner) throws {}
  /// Default: does nothing.
  public func afterCancelBatch(_ learner: Learner) throws {}
  /// Default: does nothing.
  public func afterBatch(_ learner: Learner) throws {}
  /// Default: does nothing.
  public func afterCancelTrain(_ learner: Learner) throws {}
  /// Default: does nothing.
  public func afterTrain(_ learner: Learner) throws {}
  /// Default: does nothing.
  public func beforeValidate(_ learner: Learner) throws {}
  /// Default: does nothing.
  public func afterCancelValidate(_ learner: Learner) throws {}
  /// Default: does nothing.
  public func afterValidate(_ learner: Learner) throws {}
  /// Default: does nothing.
  public func afterCancelEpoch(_ learner: Learner) throws {}
  /// Default: does nothing.
  public func afterEpoch(_ learner: Learner) throws {}
  /// Default: does nothing.
  public func afterCancelFit(_ learner: Learner) throws {}
  /// Default: does nothing.
  public func afterFit(_ learner: Learner) throws {}
}
