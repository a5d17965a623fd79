import CKernels

extension Tensor {
  /// Variances over some dimensions, in two passes of double precision.
  ///
  ///     y = Σ (x − mean)² / (n − 1),  dx = dy · 2 (x − mean) / (n − 1)
  ///
  /// - Parameters:
  ///   - axes: Dimensions to take the variance over, from the end if negative; nil: all.
  ///   - unbiased: Divide by `n - 1`, as PyTorch does by default; otherwise by `n`.
  ///   - keepingDimensions: Keep the reduced dimensions with length 1.
  /// - Returns: The variances, over the dimensions that are left; NaN for `n = 1` if unbiased.
  ///
  /// Keeps the input.
  public func variance(
    axes: [Int]? = nil, unbiased: Bool = true, keepingDimensions: Bool = false
  ) -> Tensor {
    let x = AxisRows(self, over: axes, "variance")
    let divisor = Double(x.length - (unbiased ? 1 : 0))
    let statistics = Storage(byteCount: 2 * x.rows * MemoryLayout<Double>.size)
    let (mean, squares) = (statistics.doubles, statistics.doubles + x.rows)
    lb_row_statistics(x.values.floats, x.rows, x.length, mean, squares)
    let y = Tensor(uninitialized: keepingDimensions ? x.keptShape : x.squeezedShape)
    lb_row_variance(squares, x.rows, divisor, y.floats)
    return y.recorded("variance", from: [self]) { dy in
      let dy = dy.rowMajor
      let dx = Tensor(uninitialized: x.values.shape)
      lb_variance_backward(
        x.values.floats, dy.floats, statistics.doubles, 2 / divisor, x.rows, x.length, dx.floats)
      return [x.restored(dx)]
    }
  }

  /// The square root of `variance(axes:unbiased:keepingDimensions:)`.
  public func standardDeviation(
    axes: [Int]? = nil, unbiased: Bool = true, keepingDimensions: Bool = false
  ) -> Tensor {
    variance(axes: axes, unbiased: unbiased, keepingDimensions: keepingDimensions).squareRoot()
  }
}
