import CKernels

extension Tensor {
  private func softmaxed(logarithm: Bool, axis: Int, _ name: StaticString) -> Tensor {
    requireFloat(name)
    let at = checkedAxis(axis, name)
    guard at == rank - 1 else {
      var order = Array(0..<rank)
      order.swapAt(at, rank - 1)
      return transposed(order).softmaxed(logarithm: logarithm, axis: -1, name).transposed(order)
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

  /// Softmax along a dimension: `e^x / Σ e^x` (`F.softmax`).
  public func softmax(axis: Int = -1) -> Tensor {
    softmaxed(logarithm: false, axis: axis, "softmax")
  }

  /// The logarithm of softmax, without overflow (`F.log_softmax`).
  public func logSoftmax(axis: Int = -1) -> Tensor {
    softmaxed(logarithm: true, axis: axis, "logSoftmax")
  }
}
