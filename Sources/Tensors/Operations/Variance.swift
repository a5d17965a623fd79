import CKernels

extension Tensor {
  /// The variance over dimensions, in two passes in double (`var`).
  ///
  ///     y = Σ (x − mean)² / (n − 1),  dx = dy · 2 (x − mean) / (n − 1)
  ///
  /// - Parameters:
  ///   - axes: Dimensions, from the end if negative (`dim`). Default: all.
  ///   - unbiased: Divide by `n - 1` instead of `n` (`unbiased`).
  ///   - keepingDimensions: Keep the reduced dimensions with length 1 (`keepdim`).
  /// - Returns: The variances; NaN for `n = 1` if unbiased.
  ///
  /// Saves the input.
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

  /// The square root of `variance(axes:unbiased:keepingDimensions:)` (`std`).
  public func standardDeviation(
    axes: [Int]? = nil, unbiased: Bool = true, keepingDimensions: Bool = false
  ) -> Tensor {
    variance(axes: axes, unbiased: unbiased, keepingDimensions: keepingDimensions).squareRoot()
  }
}
