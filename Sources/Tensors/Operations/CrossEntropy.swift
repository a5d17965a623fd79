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
  /// Softmax and negative log likelihood in one: `-log softmax(x)[target]`.
  ///
  /// - Parameters:
  ///   - targets: int64 class of each row, `[rows]`.
  ///   - weights: One weight per class, `[classes]`; the mean then divides by the weights' sum.
  ///   - labelSmoothing: Share of the target spread over all classes, as PyTorch does it.
  ///   - reduction: Mean, sum, or one loss per row.
  /// - Returns: A single number, or `[rows]` without reduction. This tensor holds logits, `[rows, classes]`.
  public func crossEntropy(
    _ targets: Tensor, weights: Tensor? = nil, labelSmoothing: Double = 0,
    reduction: LossReduction = .mean
  ) -> Tensor {
    requireFloat("crossEntropy")
    precondition(
      rank == 2 && targets.shape == [shape[0]],
      "crossEntropy: logits of \(shape) and targets of \(targets.shape): needs [rows, classes] and [rows]"
    )
    let (rows, classes) = (shape[0], shape[1])
    precondition(rows > 0, "crossEntropy of no rows, shape \(shape)")
    let classOf = targets.scalars(as: Int64.self).map(Int.init)
    for (row, target) in classOf.enumerated() {
      precondition(
        target >= 0 && target < classes,
        "crossEntropy: the target \(target) of row \(row) is no class below \(classes)")
    }
    let weight = weights?.floatScalars.map(Double.init) ?? [Double](repeating: 1, count: classes)
    precondition(
      weight.count == classes, "crossEntropy: \(weight.count) weights for \(classes) classes")
    let logits = rowMajor
    let logp = Tensor(uninitialized: shape)
    lb_softmax(logits.floats, rows, classes, true, logp.floats)
    let smoothing = labelSmoothing
    // loss = (1 - s) w[t] (-logp[t]) + s / C Σ w[c] (-logp[c]), over Σ w[t].
    var losses = [Double](repeating: 0, count: rows)
    for row in 0..<rows {
      let p = logp.floats + row * classes
      losses[row] = -(1 - smoothing) * weight[classOf[row]] * Double(p[classOf[row]])
      if smoothing > 0 {
        for c in 0..<classes {
          losses[row] -= smoothing / Double(classes) * weight[c] * Double(p[c])
        }
      }
    }
    let total = classOf.reduce(0) { $0 + weight[$1] }
    let divisor = reduction == .mean ? total : 1
    let y =
      reduction == .none
      ? Tensor(losses.map(Float.init)) : Tensor(Float(losses.reduce(0, +) / divisor))
    return y.recorded("crossEntropy", from: [self]) { dy in
      let upstream = dy.floatScalars
      let dx = Tensor(uninitialized: [rows, classes])
      for row in 0..<rows {
        let scale = Double(reduction == .none ? upstream[row] : upstream[0]) / divisor
        let (p, d, target) = (logp.floats + row * classes, dx.floats + row * classes, classOf[row])
        var mass = (1 - smoothing) * weight[target]
        if smoothing > 0 { mass += smoothing / Double(classes) * weight.reduce(0, +) }
        for c in 0..<classes {
          var share = smoothing / Double(classes) * weight[c]
          if c == target { share += (1 - smoothing) * weight[target] }
          d[c] = Float(scale * (mass * LibM.exp(Double(p[c])) - share))
        }
      }
      return [dx]
    }
  }
}
