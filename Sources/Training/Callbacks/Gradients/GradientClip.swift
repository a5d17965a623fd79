/// Scales all gradients down if their total norm is too large (fastai's `GradientClip`).
public final class GradientClip: Callback {
  /// Runs after `GradientAccumulation`.
  public let order = 11
  private let maximumNorm: Double
  private let normType: Double

  /// Creates the callback.
  ///
  /// - Parameters:
  ///   - maximumNorm: The largest norm over all gradients (`max_norm`).
  ///   - normType: The exponent of the norm: 2 for the Euclidean one, `.infinity` for the largest absolute value
  ///     (`norm_type`).
  /// - Precondition: `normType` is positive.
  public init(_ maximumNorm: Double = 1, normType: Double = 2) {
    precondition(normType > 0, "normType is \(normType); it must be positive")
    self.maximumNorm = maximumNorm
    self.normType = normType
  }

  /// Sets the scale of the step to `maximumNorm / (norm + 1e-6)`, at most 1.
  public func beforeStep(_ learner: Learner) throws {
    let norm = learner.optimizer.gradientNorm(normType)
    learner.optimizer.gradientScale *= min(1, maximumNorm / (norm + 1e-6))
  }
}
