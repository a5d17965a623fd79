import CKernels

extension Tensor {
  /// The product of two matrices: `y[i, j] = Σ a[i, k] b[k, j]`.
  ///
  /// - Precondition: `a` is `[m, k]`, `b` is `[k, n]`.
  public func matmul(_ other: Tensor) -> Tensor {
    precondition(
      rank == 2 && other.rank == 2 && shape[1] == other.shape[0],
      "matmul of \(shape) and \(other.shape): needs [m, k] and [k, n]")
    requireFloat("matmul")
    other.requireFloat("matmul")
    let (a, b) = (rowMajor.detached, other.rowMajor.detached)
    let (m, k, n) = (shape[0], shape[1], other.shape[1])
    let needs = (needsGradient, other.needsGradient)
    let y = Tensor(uninitialized: [m, n])
    BLAS.gemm(
      a.floats, transposed: false, b.floats, transposed: false, m: m, n: n, k: k, into: y.floats)
    return y.recorded("matmul", from: [self, other]) { dy in
      let dy = dy.rowMajor
      var (da, db): (Tensor?, Tensor?) = (nil, nil)
      if needs.0 {
        let d = Tensor(uninitialized: [m, k])
        BLAS.gemm(
          dy.floats, transposed: false, b.floats, transposed: true, m: m, n: k, k: n, into: d.floats
        )
        da = d
      }
      if needs.1 {
        let d = Tensor(uninitialized: [k, n])
        BLAS.gemm(
          a.floats, transposed: true, dy.floats, transposed: false, m: k, n: n, k: m, into: d.floats
        )
        db = d
      }
      return [da, db]
    }
  }

  /// A fully connected layer: `y[n, o] = b[o] + Σ w[o, i] x[n, i]`.
  ///
  /// - Parameters:
  ///   - weight: `[outputs, inputs]`.
  ///   - bias: `[outputs]`, or nil.
  /// - Returns: `[…, outputs]` for an input of `[…, inputs]`.
  public func linear(_ weight: Tensor, bias: Tensor? = nil) -> Tensor {
    precondition(
      weight.rank == 2 && rank >= 1 && shape.last == weight.shape[1],
      "linear: an input of \(shape) does not fit a weight of \(weight.shape)")
    if let bias {
      precondition(
        bias.shape == [weight.shape[0]],
        "linear: a bias of \(bias.shape) does not fit a weight of \(weight.shape)")
    }
    requireFloat("linear")
    let (outputs, inputs) = (weight.shape[0], weight.shape[1])
    let rows = count / Swift.max(inputs, 1)
    let (x, w) = (rowMajor.detached, weight.rowMajor.detached)
    let inputShape = shape
    let y = Tensor(uninitialized: shape.dropLast() + [outputs])
    if let bias {
      let b = bias.rowMajor
      for row in 0..<rows { (y.floats + row * outputs).update(from: b.floats, count: outputs) }
    }
    BLAS.gemm(
      x.floats, transposed: false, w.floats, transposed: true, m: rows, n: outputs, k: inputs,
      beta: bias == nil ? 0 : 1, into: y.floats)
    let needs = (needsGradient, weight.needsGradient, bias?.needsGradient ?? false)
    return y.recorded("linear", from: [self, weight] + (bias.map { [$0] } ?? [])) { dy in
      let dy = dy.rowMajor
      var gradients: [Tensor?] = [nil, nil]
      if needs.0 {
        let d = Tensor(uninitialized: inputShape)
        BLAS.gemm(
          dy.floats, transposed: false, w.floats, transposed: false, m: rows, n: inputs, k: outputs,
          into: d.floats)
        gradients[0] = d
      }
      if needs.1 {
        let d = Tensor(uninitialized: [outputs, inputs])
        BLAS.gemm(
          dy.floats, transposed: true, x.floats, transposed: false, m: outputs, n: inputs, k: rows,
          into: d.floats)
        gradients[1] = d
      }
      if bias != nil {
        gradients.append(needs.2 ? dy.viewed(as: [rows, outputs]).sum(axis: 0) : nil)
      }
      return gradients
    }
  }
}
