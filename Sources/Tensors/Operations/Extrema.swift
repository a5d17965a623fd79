import CKernels

extension Tensor {
  private func extremum(
    _ axis: Int, minimum: Bool, keepingDimensions: Bool, _ name: StaticString
  ) -> (values: Tensor, indices: Tensor) {
    requireFloat(name)
    let axis = checkedAxis(axis, name)
    let (outer, middle, inner) = split(at: axis)
    precondition(middle > 0, "\(name) over an axis of length 0, shape \(shape)")
    var reduced = shape
    if keepingDimensions { reduced[axis] = 1 } else { reduced.remove(at: axis) }
    let x = rowMajor
    let (y, index) = (Tensor(uninitialized: reduced), Tensor(uninitialized: reduced, dtype: .int64))
    lb_extremum(x.floats, outer, middle, inner, minimum, y.floats, index.storage.int64s)
    let original = shape
    let values = y.recorded("\(name)", from: [self]) { dy in
      let dy = dy.rowMajor
      let dx = Tensor(uninitialized: original)
      lb_extremum_backward(dy.floats, index.storage.int64s, outer, middle, inner, dx.floats)
      return [dx]
    }
    return (values, index)
  }

  /// The maximum along a dimension and the int64 index of its first occurrence (`torch.max`).
  ///
  /// The gradient flows to that element only. NaN is greater than any number.
  public func max(axis: Int, keepingDimensions: Bool = false) -> (values: Tensor, indices: Tensor) {
    extremum(axis, minimum: false, keepingDimensions: keepingDimensions, "max")
  }

  /// The minimum along a dimension and the int64 index of its first occurrence (`torch.min`).
  ///
  /// The gradient flows to that element only. NaN is less than any number.
  public func min(axis: Int, keepingDimensions: Bool = false) -> (values: Tensor, indices: Tensor) {
    extremum(axis, minimum: true, keepingDimensions: keepingDimensions, "min")
  }

  /// The int64 index of the first maximum along a dimension (`argmax`).
  public func argmax(axis: Int, keepingDimensions: Bool = false) -> Tensor {
    detached.max(axis: axis, keepingDimensions: keepingDimensions).indices
  }

  /// The int64 index of the first minimum along a dimension (`argmin`).
  public func argmin(axis: Int, keepingDimensions: Bool = false) -> Tensor {
    detached.min(axis: axis, keepingDimensions: keepingDimensions).indices
  }

  private func sharedExtremum(
    _ axes: [Int]?, minimum: Bool, keepingDimensions: Bool, _ name: StaticString
  ) -> Tensor {
    let x = AxisRows(self, over: axes, name)
    precondition(x.length > 0, "\(name) over no elements, shape \(shape)")
    let y = Tensor(uninitialized: keepingDimensions ? x.keptShape : x.squeezedShape)
    lb_shared_extremum(x.values.floats, x.rows, x.length, minimum, y.floats)
    return y.recorded("\(name)", from: [self]) { dy in
      let dy = dy.rowMajor
      let dx = Tensor(uninitialized: x.values.shape)
      lb_shared_extremum_backward(
        x.values.floats, y.floats, dy.floats, x.rows, x.length, dx.floats)
      return [x.restored(dx)]
    }
  }

  /// The maximum over dimensions (`amax`); equal elements share the gradient.
  ///
  /// - Parameters:
  ///   - axes: Dimensions, from the end if negative (`dim`). Default: all.
  ///   - keepingDimensions: Keep the reduced dimensions with length 1 (`keepdim`).
  /// - Returns: The maxima.
  public func amax(axes: [Int]? = nil, keepingDimensions: Bool = false) -> Tensor {
    sharedExtremum(axes, minimum: false, keepingDimensions: keepingDimensions, "amax")
  }

  /// The minimum over dimensions (`amin`); equal elements share the gradient.
  ///
  /// - Parameters:
  ///   - axes: Dimensions, from the end if negative (`dim`). Default: all.
  ///   - keepingDimensions: Keep the reduced dimensions with length 1 (`keepdim`).
  /// - Returns: The minima.
  public func amin(axes: [Int]? = nil, keepingDimensions: Bool = false) -> Tensor {
    sharedExtremum(axes, minimum: true, keepingDimensions: keepingDimensions, "amin")
  }
}
