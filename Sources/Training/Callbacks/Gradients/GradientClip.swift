/// Scales all gradients down if their total norm is too large (fastai's `GradientClip`).
public final class GradientClip: Callback {
  /// Runs after `GradientAccumulation`.
  public let order = 11
  private let maximumNorm: Double

  /// Creates the callback.
  ///
  /// - Parameter maximumNorm: The largest L2 norm over all gradients (`max_norm`).
  public init(_ maximumNorm: Double = 1) { self.maximumNorm = maximumNorm }

  /// Sets the scale of the step to `maximumNorm / (norm + 1e-6)`, at most 1.
  public func beforeStep(_ learner: Learner) throws {
    let norm = learner.optimizer.gradientNorm
    learner.optimizer.gradientScale *= min(1, maximumNorm / (norm + 1e-6))
  }
}
