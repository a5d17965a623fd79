import DataBlocks

/// Scales all gradients down where their total norm is too large.
public final class GradientClip: Callback {
  /// 11.
  public let order = 11
  private let maximum: Double

  /// Makes the callback; `maximum` is the largest total norm allowed.
  public init(_ maximum: Double = 1) { self.maximum = maximum }

  /// Acts before the step; the factor `max / (norm + 1e-6)`, at most 1, is applied within the step itself.
  public func handle(_ event: Event, _ learner: Learner) throws {
    guard event == .beforeStep else { return }
    let norm = learner.optimizer.gradientNorm
    learner.optimizer.gradientScale *= min(1, maximum / (norm + 1e-6))
  }
}

/// Takes a step only when enough items were seen; gradients add up in between.
///
/// As in fastai, items are counted, and what is left at an epoch's end goes on in the next.
public final class GradientAccumulation: Callback {
  /// 6.
  public let order = 6
  private let itemsPerStep: Int
  private var count = 0

  /// Makes the callback.
  public init(itemsPerStep: Int = 32) { self.itemsPerStep = itemsPerStep }

  /// Scales the loss, and leaves the batch before its step where items are missing.
  public func handle(_ event: Event, _ learner: Learner) throws {
    guard let items = learner.batch?.count, learner.isTraining || event == .beforeFit else {
      if event == .beforeFit { count = 0 }
      return
    }
    switch event {
    case .beforeFit: count = 0
    case .afterLoss: learner.lossScale *= Double(items) / Double(itemsPerStep)
    case .beforeStep:
      count += items
      if count < itemsPerStep { throw Interruption.cancelBatch }
      count = 0
    default: break
    }
  }
}
