import CKernels

extension Tensor {
  /// Sigmoid and binary cross entropy in one (`BCEWithLogits`), one yes or no per scalar.
  ///
  ///     loss = w · ((1 − t) log(1 + e^x) + p · t log(1 + e^−x))
  ///     dx = dy · w · ((1 − t) σ(x) − p · t σ(−x))
  ///
  /// - Parameters:
  ///   - targets: float32 probabilities of yes, of this tensor's shape.
  ///   - weights: `w`, of a shape that broadcasts to this tensor's; nil: 1.
  ///   - positiveWeights: `p`, likewise: `[classes]` balances the yes of each class. nil: 1.
  ///   - reduction: The plain mean, the sum, or one loss per scalar.
  /// - Returns: A single number, or a tensor of this one's shape without reduction.
  ///
  /// Differentiable in this tensor, the logits. Keeps them, the targets and the weights.
  public func binaryCrossEntropyWithLogits(
    _ targets: Tensor, weights: Tensor? = nil, positiveWeights: Tensor? = nil,
    reduction: LossReduction = .mean
  ) -> Tensor {
    requireFloat("binaryCrossEntropyWithLogits")
    targets.requireFloat("binaryCrossEntropyWithLogits")
    precondition(
      targets.shape == shape && !targets.needsGradient,
      "binaryCrossEntropyWithLogits: logits of \(shape) and targets of \(targets.shape): needs one "
        + "shape, and targets that need no gradient")
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
