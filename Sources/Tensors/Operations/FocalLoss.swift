import CKernels

extension Tensor {
  /// Focal loss (fastai's `FocalLoss`): cross entropy with a lower weight for confident predictions.
  ///
  ///     loss = (1 − p)^gamma · ce,  ce = w[t] · −log softmax(x)[t],  p = e^−ce
  ///
  /// - Parameters:
  ///   - targets: int64 class indices, `[rows, …]`.
  ///   - gamma: Focusing parameter; 0 is cross entropy.
  ///   - weights: One weight per class, `[classes]` (`weight`). As in fastai they also affect `p`, and
  ///     the mean is unweighted.
  ///   - reduction: Mean, sum, or none.
  /// - Returns: A scalar, or `[rows, …]` without reduction. This tensor holds the logits,
  ///   `[rows, classes, …]`.
  ///
  /// Differentiable in the logits. Reference: Lin et al., arXiv:1708.02002.
  public func focalLoss(
    _ targets: Tensor, gamma: Double = 2, weights: Tensor? = nil, reduction: LossReduction = .mean
  ) -> Tensor {
    precondition(gamma >= 0, "focalLoss: gamma must not be negative, got \(gamma)")
    let losses = crossEntropy(targets, weights: weights, reduction: .none)
    let ce = losses.detached
    let y = Tensor(uninitialized: ce.shape)
    lb_focal_forward(ce.floats, gamma, y.floats, ce.count)
    return y.recorded("focalLoss", from: [losses]) { dy in
      let dy = dy.rowMajor
      let d = Tensor(uninitialized: ce.shape)
      lb_focal_backward(ce.floats, dy.floats, gamma, d.floats, ce.count)
      return [d]
    }.reduced(reduction)
  }
}
