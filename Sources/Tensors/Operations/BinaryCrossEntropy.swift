import CKernels

extension Tensor {
  /// Sigmoid and binary cross entropy (`F.binary_cross_entropy_with_logits`, fastai's `BCEWithLogits`).
  ///
  ///     loss = w · ((1 − t) log(1 + e^x) + p · t log(1 + e^−x))
  ///     dx = dy · w · ((1 − t) σ(x) − p · t σ(−x))
  ///
  /// - Parameters:
  ///   - targets: float32 probabilities of the positive class, of the shape of the logits.
  ///   - weights: `w`, of a shape that broadcasts to the logits (`weight`). Default: 1.
  ///   - positiveWeights: `p`, likewise; `[classes]` weights positive targets per class (`pos_weight`).
  ///     Default: 1.
  ///   - reduction: Mean, sum, or none.
  /// - Returns: A scalar, or the shape of the logits without reduction.
  ///
  /// Differentiable in this tensor, the logits. Saves logits, targets and weights.
  public func binaryCrossEntropyWithLogits(
    _ targets: Tensor, weights: Tensor? = nil, positiveWeights: Tensor? = nil,
    reduction: LossReduction = .mean
  ) -> Tensor {
    requireFloat("binaryCrossEntropyWithLogits")
    targets.requireFloat("binaryCrossEntropyWithLogits")
    precondition(
      targets.shape == shape && !targets.needsGradient,
      "binaryCrossEntropyWithLogits: logits of \(shape) and targets of \(targets.shape): needs equal "
        + "shapes, and targets that need no gradient")
    for weight in [weights, positiveWeights].compactMap({ $0 }) {
      weight.requireFloat("binaryCrossEntropyWithLogits")
      precondition(
        broadcastShape(weight.shape, shape) == shape,
        "binaryCrossEntropyWithLogits: weights of \(weight.shape) for logits of \(shape)")
    }
    let original = shape
    let (x, t) = (rowMajor.detached, targets.rowMajor.detached)
    let w = weights?.detached.expanded(to: original).rowMajor
    let p = positiveWeights?.detached.expanded(to: original).rowMajor
    let y = Tensor(uninitialized: original)
    lb_bce_forward(x.floats, t.floats, w?.floats, p?.floats, y.floats, count)
    return y.recorded("binaryCrossEntropyWithLogits", from: [self]) { dy in
      let dy = dy.rowMajor
      let dx = Tensor(uninitialized: original)
      lb_bce_backward(
        x.floats, t.floats, w?.floats, p?.floats, dy.floats, dx.floats, x.count)
      return [dx]
    }.reduced(reduction)
  }
}
