import CKernels

extension Tensor {
  /// The axis, counted from the end if negative.
  func checkedAxis(_ axis: Int, _ operation: StaticString) -> Int {
    let positive = axis < 0 ? axis + rank : axis
    precondition(
      positive >= 0 && positive < rank, "\(operation): the shape \(shape) has no axis \(axis)")
    return positive
  }

  /// Number of elements before, along and after an axis.
  func split(at axis: Int) -> (outer: Int, middle: Int, inner: Int) {
    (shape[..<axis].reduce(1, *), shape[axis], shape[(axis + 1)...].reduce(1, *))
  }

  private func summedOverOne(_ axis: Int) -> Tensor {
    let (outer, middle, inner) = split(at: axis)
    var kept = shape
    kept[axis] = 1
    let x = rowMajor
    let y = Tensor(uninitialized: kept)
    lb_sum(x.floats, outer, middle, inner, y.floats)
    return y
  }

  /// The sum over dimensions (`sum`); blocks of elements are added in double.
  ///
  /// - Parameters:
  ///   - axes: Dimensions, from the end if negative (`dim`). Default: all.
  ///   - keepingDimensions: Keep the reduced dimensions with length 1 (`keepdim`).
  /// - Returns: The sums.
  public func sum(axes: [Int]? = nil, keepingDimensions: Bool = false) -> Tensor {
    requireFloat("sum")
    let original = shape
    let all = (axes ?? Array(0..<rank)).map { checkedAxis($0, "sum") }
    precondition(Set(all).count == all.count, "sum: an axis occurs twice in \(all)")
    var keptShape = shape
    for axis in all { keptShape[axis] = 1 }
    let result: Tensor
    if all.count == rank {
      let x = rowMajor
      result = Tensor(uninitialized: keptShape)
      lb_sum(x.floats, 1, count, 1, result.floats)
    } else {
      result = all.sorted(by: >).reduce(detached) { $0.summedOverOne($1) }
    }
    let keptDimensions = keptShape
    let finalShape =
      keepingDimensions ? keptShape : shape.indices.filter { !all.contains($0) }.map { shape[$0] }
    return result.viewed(as: finalShape).recorded("sum", from: [self]) { dy in
      [dy.rowMajor.viewed(as: keptDimensions).expanded(to: original)]
    }
  }

  /// The sum over one dimension.
  public func sum(axis: Int, keepingDimensions: Bool = false) -> Tensor {
    sum(axes: [axis], keepingDimensions: keepingDimensions)
  }

  /// The mean over dimensions (`mean`); see `sum(axes:keepingDimensions:)`.
  public func mean(axes: [Int]? = nil, keepingDimensions: Bool = false) -> Tensor {
    let counted = (axes ?? Array(0..<rank)).map { shape[checkedAxis($0, "mean")] }.reduce(1, *)
    return sum(axes: axes, keepingDimensions: keepingDimensions) * (1 / Float(counted))
  }

  /// The Euclidean norm of all elements (`norm()`).
  public var norm: Double {
    requireFloat("norm")
    return lb_sum_squares(floats, physicalCount).squareRoot()
  }
}
