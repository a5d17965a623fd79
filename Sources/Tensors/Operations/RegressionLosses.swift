import CKernels

extension Tensor {
  private func difference(from targets: Tensor, _ name: StaticString) -> Tensor {
    precondition(
      shape == targets.shape,
      "\(name) of \(shape) and targets of \(targets.shape): the shapes differ")
    return self - targets
  }

  /// Squared error: `loss = (x − t)²` (`F.mse_loss`).
  ///
  /// Differentiable in both; the shapes must be equal.
  public func mseLoss(_ targets: Tensor, reduction: LossReduction = .mean) -> Tensor {
    difference(from: targets, "mseLoss").squared().reduced(reduction)
  }

  /// Absolute error: `loss = |x − t|` (`F.l1_loss`); the gradient at 0 is 0.
  ///
  /// Differentiable in both; the shapes must be equal.
  public func l1Loss(_ targets: Tensor, reduction: LossReduction = .mean) -> Tensor {
    difference(from: targets, "l1Loss").absolute().reduced(reduction)
  }

  /// Smooth L1 loss (`F.smooth_l1_loss`): with `d = x − t`, `loss = d² / (2 beta)` where `|d| < beta`,
  /// else `|d| − beta / 2`.
  ///
  /// Differentiable in both; the shapes must be equal. Reference: Girshick, arXiv:1504.08083.
  ///
  /// - Precondition: `beta` is positive.
  public func smoothL1Loss(
    _ targets: Tensor, beta: Float = 1, reduction: LossReduction = .mean
  ) -> Tensor {
    precondition(beta > 0, "smoothL1Loss: beta must be positive, got \(beta)")
    return difference(from: targets, "smoothL1Loss")
      .activated(LB_SMOOTH_L1, beta, 0, "smoothL1Loss").reduced(reduction)
  }
}
