import Layers

/// Keeps the running statistics of frozen batch norms, which then use them in training too (fastai's `BnFreeze`).
///
/// Batch norms of frozen groups are trainable, and so not affected, unless the learner is created with
/// `trainsBatchNorm: false`.
public final class BnFreeze: Callback {
  /// Creates the callback.
  public init() {}

  /// Puts batch norms whose weight requires no gradient into evaluation mode.
  public func beforeTrain(_ learner: Learner) throws {
    for case let norm as BatchNorm in learner.model.modules where !norm.weight.requiresGradient {
      norm.eval()
    }
  }
}
