import CKernels

extension Tensor {
  /// Cross entropy that cares less for what is right already.
  ///
  ///     loss = (1 − p)^gamma · ce,  ce = w[t] · −log softmax(x)[t],  p = e^−ce
  ///
  /// - Parameters:
  ///   - targets: int64 class of each position, `[rows, …]`.
  ///   - gamma: How much less: 0 is cross entropy.
  ///   - weights: One weight per class, `[classes]`. As in fastai they act inside `p` too, and the mean
  ///     is the plain mean over positions.
  ///   - reduction: Mean, sum, or one loss per position.
  /// - Returns: A single number, or `[rows, …]` without reduction. This tensor holds logits,
  ///   `[rows, classes, …]`.
  ///
  /// Differentiable in the logits. Reference: Lin et al., arXiv:1708.02002.
  public func focalLoss(
    _ targets: Tensor, gamma: Double = 2, weights: Tensor? = nil, reduction: LossReduction = .mean
  ) -> Tensor {
    precondition(gamma >= 0, "focalLoss: gamma is not negative, but \(gamma) is")
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
