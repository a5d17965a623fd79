import CKernels

/// How the losses of single items become one number.
public enum LossReduction: Sendable {
  /// Their mean; weighted by class if there are class weights.
  case mean
  /// Their sum.
  case sum
  /// One loss per item.
  case none
}

extension Tensor {
  /// Softmax and negative log likelihood in one.
  ///
  ///     loss = −Σ w[c] t[c] log softmax(x)[c],  dx = Σ w t · softmax(x) − w t
  ///
  /// where `t` is 1 at the target and 0 elsewhere, or the target's probabilities; with smoothing `s`
  /// it is `(1 − s) t + s / classes`.
  ///
  /// - Parameters:
  ///   - targets: int64 class of each position, `[rows, …]`; or probabilities, of the logits' shape.
  ///   - weights: One weight per class, `[classes]`. With classes as targets the mean then divides by
  ///     the sum of the targets' weights.
  ///   - labelSmoothing: Share of the target spread over all classes, as PyTorch does it.
  ///   - ignoreIndex: Positions of this target neither add to the loss nor count in the mean; the
  ///     mean of none is NaN.
  ///   - reduction: Mean, sum, or one loss per position.
  /// - Returns: A single number, or `[rows, …]` without reduction. This tensor holds logits,
  ///   `[rows, classes, …]`: dimensions behind the classes are positions, such as pixels.
  ///
  /// Differentiable in the logits. Keeps them, and the logarithm of the sum of `e^x` per position.
  public func crossEntropy(
    _ targets: Tensor, weights: Tensor? = nil, labelSmoothing: Double = 0,
    ignoreIndex: Int = -100, reduction: LossReduction = .mean
  ) -> Tensor {
    likelihood(
      targets, weights, labelSmoothing, ignoreIndex, reduction, fastai: false, "crossEntropy")
  }

  /// fastai's `LabelSmoothingCrossEntropy`: class weights act on the target, not on the smoothing.
  ///
  ///     loss = (1 − epsilon) · crossEntropy(x, target, weights) − epsilon / classes · Σ log softmax(x)
  ///
  /// Without weights it is `crossEntropy` with `labelSmoothing`.
  ///
  /// - Parameters:
  ///   - targets: int64 class of each position, `[rows, …]`.
  ///   - epsilon: Share of the target spread over all classes.
  ///   - weights: One weight per class, `[classes]`. The mean of the first term divides by the sum of
  ///     the targets' weights, that of the second by the number of positions.
  ///   - reduction: Mean, sum, or one loss per position.
  /// - Returns: A single number, or `[rows, …]` without reduction.
  public func labelSmoothingCrossEntropy(
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
      "\(name): targets are int64 classes or float32 probabilities that need no gradient, not "
        + targets.dtype.rawValue)
    precondition(
      (0...1).contains(smoothing), "\(name): label smoothing lies in 0...1, not \(smoothing)")
    let (classes, positions) = (shape[1], positionShape.reduce(1, *))
    precondition(positions > 0, "\(name) of no rows, shape \(shape)")
    precondition(
      (weights?.shape ?? [classes]) == [classes],
      "\(name): weights of \(weights?.shape ?? []) for \(classes) classes")
    let (x, t, w) = (rowMajor.detached, targets.rowMajor.detached, weights?.rowMajor.detached)
    if isHard {
      let outside = lb_first_outside(
        t.storage.int64s, positions, 0, Int64(classes), Int64(ignored))
      precondition(
        outside == 0,
        "\(name): the target \(t.storage.int64s[Int(outside) - 1]) of position \(outside - 1) is no "
          + "class below \(classes)")
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
    // A mean over classes divides by their weights; fastai's smoothing and probabilities by the count.
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

  /// The losses of single items as one number, or as they are; a plain mean.
  func reduced(_ reduction: LossReduction) -> Tensor {
    switch reduction {
    case .mean: mean()
    case .sum: sum()
    case .none: self
    }
  }
}
