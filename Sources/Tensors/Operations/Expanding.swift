extension Tensor {
  /// Repeats dimensions of length 1, and adds leading dimensions (`expand`).
  ///
  /// Unlike in PyTorch, the result is a copy. `dx` is the sum of `dy` over the repetitions.
  ///
  /// - Parameter target: The new shape; -1 keeps a length.
  /// - Returns: A tensor of that shape.
  public func expanded(to target: [Int]) -> Tensor {
    let missing = target.count - rank
    let wanted = target.enumerated().map { axis, length in
      length == -1 && axis >= missing ? shape[axis - missing] : length
    }
    precondition(
      missing >= 0 && !wanted.contains { $0 < 0 } && broadcastShape(shape, wanted) == wanted,
      "expanded: \(shape) does not broadcast to \(target)")
    guard shape != wanted else { return self }
    let own = rowMajorStrides
    let strides = wanted.indices.map { axis in
      axis < missing || shape[axis - missing] == 1 ? 0 : own[axis - missing]
    }
    let original = shape
    return gathered(wanted, strides: strides, offset: 0).recorded("expanded", from: [self]) { dy in
      [dy.detached.summed(to: original)]
    }
  }
}
