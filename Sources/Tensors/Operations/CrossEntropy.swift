import CKernels

/// Reduction of the losses of a batch (`reduction`).
public enum LossReduction: Sendable {
  /// The mean; weighted by class if there are class weights.
  case mean
  /// The sum.
  case sum
  /// One loss per position.
  case none
}

extension Tensor {
  /// Softmax cross entropy (`F.cross_entropy`).
  ///
  ///     loss = −Σ w[c] t[c] log softmax(x)[c],  dx = Σ w t · softmax(x) − w t
  ///
  /// where `t` is the one-hot target or the target's probabilities; with label smoothing `s` it is
  /// `(1 − s) t + s / classes`.
  ///
  /// - Parameters:
  ///   - targets: int64 class indices, `[rows, …]`; or probabilities, of the shape of the logits.
  ///   - weights: One weight per class, `[classes]` (`weight`). With class indices the mean divides by
  ///     the sum of the targets' weights.
  ///   - labelSmoothing: Probability that is distributed over all classes (`label_smoothing`).
  ///   - ignoreIndex: Target that is excluded from the loss and the mean (`ignore_index`); the mean of no
  ///     targets is NaN.
  ///   - reduction: Mean, sum, or none.
  /// - Returns: A scalar, or `[rows, …]` without reduction. This tensor holds the logits,
  ///   `[rows, classes, …]`; dimensions after the classes are positions, such as pixels.
  ///
  /// Differentiable in the logits. Saves the logits and their log-sum-exp.
  public func crossEntropy(
    _ targets: Tensor, weights: Tensor? = nil, labelSmoothing: Double = 0,
    ignoreIndex: Int = -100, reduction: LossReduction = .mean
  ) -> Tensor {
    likelihood(
      targets, weights, labelSmoothing, ignoreIndex, reduction, fastai: false, "crossEntropy")
  }

  /// fastai's `LabelSmoothingCrossEntropy`: class weights apply to the target, not to the smoothing.
  ///
  ///     loss = (1 − epsilon) · crossEntropy(x, target, weights) − epsilon / classes · Σ log softmax(x)
  ///
  /// Without weights equal to `crossEntropy` with `labelSmoothing`.
  ///
  /// - Parameters:
  ///   - targets: int64 class indices, `[rows, …]`.
  ///   - epsilon: Probability that is distributed over all classes (`eps`).
  ///   - weights: One weight per class, `[classes]` (`weight`). The mean of the first term divides by the
  ///     sum of the targets' weights, the mean of the second by the number of positions.
  ///   - reduction: Mean, sum, or none.
  /// - Returns: A scalar, or `[rows, …]` without reduction.
  package func labelSmoothingCrossEntropy(
    _ targets: Tensor, epsilon: Double = 0.1, weights: Tensor? = nil,
    reduction: LossReduction = .mean
  ) -> Tensor {
    precondition(
      targets.dtype == .int64,
      "labelSmoothingCrossEntropy needs int64 targets, not \(targets.dtype.rawValue)")
    return likelihood(
      targets, weights, epsilon, -100, reduction, fastai: true, "labelSmoothingCrossEntropy")
  }

  private func likelihood(
    _ targets: Tensor, _ weights: Tensor?, _ smoothing: Double, _ ignored: Int,
    _ reduction: LossReduction, fastai: Bool, _ name: StaticString
  ) -> Tensor {
    requireFloat(name)
    weights?.requireFloat(name)
    let positionShape = shape.indices.filter { $0 != 1 }.map { shape[$0] }
    let isHard = targets.dtype == .int64
    precondition(
      rank >= 2 && shape[1] > 0 && targets.shape == (isHard ? positionShape : shape),
      "\(name): logits of \(shape) and \(targets.dtype.rawValue) targets of \(targets.shape): needs "
        + "[rows, classes, …] and int64 [rows, …], or probabilities of the logits' shape")
    precondition(
      isHard || targets.dtype == .float32 && !targets.needsGradient,
      "\(name): needs int64 class indices or float32 probabilities without a gradient, not "
        + targets.dtype.rawValue)
    precondition(
      (0...1).contains(smoothing), "\(name): label smoothing must be in 0...1, got \(smoothing)")
    let (classes, positions) = (shape[1], positionShape.reduce(1, *))
    precondition(positions > 0, "\(name): the logits of shape \(shape) are empty")
    precondition(
      (weights?.shape ?? [classes]) == [classes],
      "\(name): weights of \(weights?.shape ?? []) for \(classes) classes")
    let (x, t, w) = (rowMajor.detached, targets.rowMajor.detached, weights?.rowMajor.detached)
    if isHard {
      let outside = lb_first_outside(
        t.storage.int64s, positions, 0, Int64(classes), Int64(ignored))
      precondition(
        outside == 0,
        "\(name): the target \(t.storage.int64s[Int(outside) - 1]) at position \(outside - 1) is not "
          + "a class index below \(classes)")
    }
    let inner = shape[2...].reduce(1, *)
    @Sendable func settings() -> lb_cross_entropy {
      lb_cross_entropy(
        outer: positions / inner, classes: classes, inner: inner,
        targets: isHard ? UnsafePointer(t.storage.int64s) : nil,
        probabilities: isHard ? nil : UnsafePointer(t.floats), weights: w.map { .init($0.floats) },
        smoothing: smoothing, weighted_smoothing: !fastai, ignored: Int64(ignored))
    }
    var s = settings()
    let sums = Storage(byteCount: 3 * positions * MemoryLayout<Double>.size)
    let (lse, hard, soft) = (
      sums.doubles, sums.doubles + positions, sums.doubles + 2 * positions
    )
    lb_cross_entropy_forward(&s, x.floats, lse, hard, soft)
    // With class indices the mean divides by the sum of weights; fastai's smoothing term and probabilities
    // divide by the number of positions.
    var (hardScale, softScale) = (1.0, 1.0)
    if reduction == .mean {
      hardScale = 1 / (isHard ? lb_target_weight(&s) : Double(positions))
      softScale = fastai ? 1 / Double(positions) : hardScale
    }
    let y: Tensor
    if reduction == .none {
      y = Tensor(uninitialized: positionShape)
      lb_doubles_to_f32(hard, soft, y.floats, positions)
    } else {
      y = Tensor(
        Float(
          lb_sum_doubles(hard, positions) * hardScale + lb_sum_doubles(soft, positions) * softScale)
      )
    }
    let scales = (hardScale, softScale)
    return y.recorded("\(name)", from: [self]) { dy in
      let dy = dy.rowMajor
      let dx = Tensor(uninitialized: x.shape)
      var s = settings()
      let up = reduction == .none ? 1 : Double(dy.floats[0])
      lb_cross_entropy_backward(
        &s, x.floats, sums.doubles, reduction == .none ? dy.floats : nil, up * scales.0,
        up * scales.1, dx.floats)
      return [dx]
    }
  }

  /// Applies a reduction with a plain mean.
  func reduced(_ reduction: LossReduction) -> Tensor {
    switch reduction {
    case .mean: mean()
    case .sum: sum()
    case .none: self
    }
  }
}
