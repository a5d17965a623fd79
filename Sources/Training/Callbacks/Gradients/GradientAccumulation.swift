import DataBlocks

/// Accumulates gradients until enough items were seen (fastai's `GradientAccumulation`).
///
/// As in fastai, items are counted rather than batches, and the rest of an epoch is carried over into
/// the next.
public final class GradientAccumulation: Callback {
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
}
