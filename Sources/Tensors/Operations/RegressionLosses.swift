import CKernels

extension Tensor {
  private func difference(from targets: Tensor, _ name: StaticString) -> Tensor {
    precondition(
      shape == targets.shape,
      "\(name) of \(shape) and targets of \(targets.shape): the shapes differ")
    return self - targets
  }

  /// The squared difference from targets of the same shape: `loss = (x − t)²`.
  ///
  /// Differentiable in both.
  public func mseLoss(_ targets: Tensor, reduction: LossReduction = .mean) -> Tensor {
    difference(from: targets, "mseLoss").squared().reduced(reduction)
  }

  /// The absolute difference from targets of the same shape: `loss = |x − t|`; the gradient at 0 is 0.
  ///
  /// Differentiable in both.
  public func l1Loss(_ targets: Tensor, reduction: LossReduction = .mean) -> Tensor {
    difference(from: targets, "l1Loss").absolute().reduced(reduction)
  }

  /// Squared where small, absolute where large: with `d = x − t`, `loss = d² / (2 beta)` where
  /// `|d| < beta`, else `|d| − beta / 2`.
  ///
  /// Differentiable in both. Reference: Girshick, arXiv:1504.08083.
  ///
  /// - Precondition: `beta` is positive.
  public func smoothL1Loss(
    _ targets: Tensor, beta: Float = 1, reduction: LossReduction = .mean
  ) -> Tensor {
    precondition(beta > 0, "smoothL1Loss: beta must be positive, not \(beta)")
    return difference(from: targets, "smoothL1Loss")
      .activated(LB_SMOOTH_L1, beta, 0, "smoothL1Loss").reduced(reduction)
  }
}
