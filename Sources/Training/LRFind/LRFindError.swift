public import Files

/// A search for a learning rate that cannot start or has no result.
public struct LRFindError: LightboxError, Equatable {
  package enum Reason: Sendable, Equatable {
    /// The training source has no batches.
    case noBatches
    /// No training batch had targets, or a callback discarded or canceled all of them.
    case noLoss
  }
  package let reason: Reason

  /// The search.
  public var place: ErrorPlace { ErrorPlace(element: "learning rate search") }

  /// Why there is no result.
  public var problem: String {
    switch reason {
    case .noBatches: "there are no training batches"
    case .noLoss: "no training batch had a loss"
    }
  }

  /// What to change.
  public var remedy: String? {
    switch reason {
    case .noBatches: "use a batch size of at most the number of training items"
    case .noLoss: "use labeled batches, and callbacks that do not skip all of them"
    }
  }
}
