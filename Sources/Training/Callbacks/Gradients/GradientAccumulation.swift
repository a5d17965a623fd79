import DataBlocks

/// Accumulates gradients until enough items were seen (fastai's `GradientAccumulation`).
///
/// As in fastai, items are counted rather than batches, and the rest of an epoch is carried over into
/// the next. The rest of a fit is dropped with its gradients: no step is made of fewer items, and the next fit starts
/// with none. (In fastai these gradients enter the first step of the next fit.)
public final class GradientAccumulation: ResumableCallback {
  /// Runs before the gradients are checked and clipped.
  public let order = 6
  private let itemsPerStep: Int
  private var count = 0

  /// Creates the callback.
  ///
  /// - Parameter itemsPerStep: Number of items between two steps (`n_acc`).
  public init(itemsPerStep: Int = 32) {
    precondition(itemsPerStep > 0, "itemsPerStep is \(itemsPerStep); it must be at least 1")
    self.itemsPerStep = itemsPerStep
  }

  /// Restarts the count of items.
  public func beforeFit(_ learner: Learner) throws { count = 0 }

  /// Scales the loss by the batch's share of a step.
  public func afterLoss(_ learner: Learner) throws {
    guard learner.isTraining, let items = learner.batch?.count else { return }
    learner.lossScale *= Double(items) / Double(itemsPerStep)
  }

  /// Cancels the batch, and with it the step, if items are missing.
  ///
  /// - Throws: `Interruption.cancelBatch`.
  public func beforeStep(_ learner: Learner) throws {
    guard learner.isTraining, let items = learner.batch?.count else { return }
    count += items
    if count < itemsPerStep { throw Interruption.cancelBatch }
    count = 0
  }

  /// Drops the gradients of the rest.
  public func afterFit(_ learner: Learner) throws {
    if count > 0 { learner.optimizer.clearGradients() }
    count = 0
  }

  /// The number of items since the last step; the learner saves their gradients.
  public func state() throws -> CallbackState { try CallbackState(count) }

  /// Restores the number of items since the last step.
  ///
  /// - Throws: `DecodingError` if it is the state of another callback.
  public func restore(_ state: CallbackState) throws { count = try state.values(as: Int.self) }
}
