import CKernels

extension Tensor {
  /// Checks that int64 indices are in range.
  private func check(_ indices: Tensor, axis: Int, _ name: StaticString) -> Tensor {
    precondition(
      indices.dtype == .int64, "\(name) needs int64 indices, not \(indices.dtype.rawValue)")
    let index = indices.rowMajor.detached
    let outside = lb_first_outside(
      index.storage.int64s, index.count, 0, Int64(shape[axis]), 0)
    precondition(
      outside == 0 && (shape[axis] > 0 || index.count == 0),
      "\(name): the index \(index.count == 0 ? 0 : index.storage.int64s[Swift.max(Int(outside) - 1, 0)]) "
        + "is outside axis \(axis) of \(shape)")
    return index
  }

  /// Selects positions along a dimension, in any order and with repetitions (`index_select`).
  ///
  /// - Parameters:
  ///   - axis: The dimension, from the end if negative (`dim`).
  ///   - indices: int64 positions, `[count]`.
  /// - Returns: The shape of this tensor with length `count` along the dimension; any type.
  ///
  /// Differentiable; gradients of repeated positions are summed.
  public func indexSelect(axis: Int, _ indices: Tensor) -> Tensor {
    let at = checkedAxis(axis, "indexSelect")
    precondition(
      indices.rank == 1, "indexSelect of \(shape) with indices of \(indices.shape): needs [count]")
    let index = check(indices, axis: at, "indexSelect")
    let (outer, middle, inner) = split(at: at)
    let (x, original) = (rowMajor, shape)
    var target = shape
    target[at] = index.count
    let y = Tensor(uninitialized: target, dtype: dtype)
    lb_index_select(
      x.storage.pointer, outer, middle, inner * dtype.byteCount, index.storage.int64s, index.count,
      y.storage.pointer)
    return y.recorded("indexSelect", from: [self]) { dy in
      let dy = dy.rowMajor
      let dx = Tensor(uninitialized: original)
      lb_index_select_backward(
        dy.floats, outer, middle, inner, index.storage.int64s, index.count, dx.floats)
      return [dx]
    }
  }

  /// Gathers one element per index: `y[i, j] = x[i, index[i, j]]` for `axis` 1 (`gather`).
  ///
  /// - Parameters:
  ///   - axis: The dimension that is indexed, from the end if negative (`dim`).
  ///   - indices: int64, of the same rank; along other dimensions at most as long as this tensor.
  /// - Returns: A tensor of the shape of `indices`.
  ///
  /// Differentiable; gradients of repeated positions are summed.
  public func gather(axis: Int, _ indices: Tensor) -> Tensor {
    requireFloat("gather")
    let at = checkedAxis(axis, "gather")
    precondition(
      rank <= 8 && indices.rank == rank
        && shape.indices.allSatisfy { $0 == at || indices.shape[$0] <= shape[$0] },
      "gather along \(axis) of \(shape) with indices of \(indices.shape)")
    let index = check(indices, axis: at, "gather")
    let (x, original, strides) = (rowMajor, shape, rowMajorStrides)
    let y = Tensor(uninitialized: index.shape)
    lb_gather_along(
      Int32(rank), index.shape, strides, Int32(at), index.storage.int64s, x.floats, y.floats)
    return y.recorded("gather", from: [self]) { dy in
      let dy = dy.rowMajor
      let dx = Tensor.zeros(original)
      lb_scatter_along(
        Int32(original.count), index.shape, strides, Int32(at), index.storage.int64s, dy.floats,
        dx.floats)
      return [dx]
    }
  }
}
