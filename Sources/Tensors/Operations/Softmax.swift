import CKernels

extension Tensor {
  private func softened(logarithm: Bool, axis: Int, _ name: StaticString) -> Tensor {
    requireFloat(name)
    let at = checkedAxis(axis, name)
    guard at == rank - 1 else {
      var order = Array(0..<rank)
      order.swapAt(at, rank - 1)
      return transposed(order).softened(logarithm: logarithm, axis: -1, name).transposed(order)
    }
    let (rows, columns) = (count / Swift.max(shape[at], 1), shape[at])
    precondition(columns > 0, "\(name) over an axis of length 0, shape \(shape)")
    let x = rowMajor
    let y = Tensor(uninitialized: shape)
    lb_softmax(x.floats, rows, columns, logarithm, y.floats)
    return y.recorded("\(name)", from: [self]) { dy in
      let dy = dy.rowMajor
      let dx = Tensor(uninitialized: y.shape)
      lb_softmax_backward(y.floats, dy.floats, rows, columns, logarithm, dx.floats)
      return [dx]
    }
  }

  /// `e^x / Σ e^x` along a dimension.
  public func softmax(axis: Int = -1) -> Tensor {
    softened(logarithm: false, axis: axis, "softmax")
  }

  /// The logarithm of `softmax`, without overflow.
  public func logSoftmax(axis: Int = -1) -> Tensor {
    softened(logarithm: true, axis: axis, "logSoftmax")
  }
}
