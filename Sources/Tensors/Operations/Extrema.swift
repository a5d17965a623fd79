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

  /// The largest value along a dimension, and where it stands first (int64).
  ///
  /// The whole gradient goes there. NaN is larger than everything.
  public func max(axis: Int, keepingDimensions: Bool = false) -> (values: Tensor, indices: Tensor) {
    extremum(axis, minimum: false, keepingDimensions: keepingDimensions, "max")
  }

  /// The smallest value along a dimension, and where it stands first (int64).
  ///
  /// The whole gradient goes there. NaN is smaller than everything.
  public func min(axis: Int, keepingDimensions: Bool = false) -> (values: Tensor, indices: Tensor) {
    extremum(axis, minimum: true, keepingDimensions: keepingDimensions, "min")
  }

  /// Where the largest value along a dimension stands first; int64.
  public func argmax(axis: Int, keepingDimensions: Bool = false) -> Tensor {
    detached.max(axis: axis, keepingDimensions: keepingDimensions).indices
  }

  /// Where the smallest value along a dimension stands first; int64.
  public func argmin(axis: Int, keepingDimensions: Bool = false) -> Tensor {
    detached.min(axis: axis, keepingDimensions: keepingDimensions).indices
  }

  private func sharedExtremum(
    _ axes: [Int]?, minimum: Bool, keepingDimensions: Bool, _ name: StaticString
  ) -> Tensor {
    let x = AxisRows(self, over: axes, name)
    precondition(x.length > 0, "\(name) over no scalars, shape \(shape)")
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

  /// The largest values over some dimensions; equals share the gradient.
  ///
  /// - Parameters:
  ///   - axes: Dimensions to reduce, from the end if negative; nil: all.
  ///   - keepingDimensions: Keep the reduced dimensions with length 1.
  /// - Returns: The maxima, over the dimensions that are left.
  public func amax(axes: [Int]? = nil, keepingDimensions: Bool = false) -> Tensor {
    sharedExtremum(axes, minimum: false, keepingDimensions: keepingDimensions, "amax")
  }

  /// The smallest values over some dimensions; equals share the gradient.
  ///
  /// - Parameters:
  ///   - axes: Dimensions to reduce, from the end if negative; nil: all.
  ///   - keepingDimensions: Keep the reduced dimensions with length 1.
  /// - Returns: The minima, over the dimensions that are left.
  public func amin(axes: [Int]? = nil, keepingDimensions: Bool = false) -> Tensor {
    sharedExtremum(axes, minimum: true, keepingDimensions: keepingDimensions, "amin")
  }
}
