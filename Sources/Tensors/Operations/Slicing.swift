/// What a subscript picks of one dimension: an `Int`, a range, or `TensorSlice`.
public protocol TensorIndex: Sendable {
  /// The start, the number and the distance of the positions picked from a dimension of a length;
  /// nil if it does not hold them.
  func positions(in length: Int) -> (start: Int, count: Int, step: Int)?
  /// True if the dimension goes away, as with a single position.
  var dropsDimension: Bool { get }
}

extension TensorIndex {
  /// False: a range keeps its dimension.
  public var dropsDimension: Bool { false }
}

extension Int: TensorIndex {
  /// One position, from the end if negative.
  public func positions(in length: Int) -> (start: Int, count: Int, step: Int)? {
    self >= -length && self < length ? (self < 0 ? self + length : self, 1, 1) : nil
  }
  /// True.
  public var dropsDimension: Bool { true }
}

extension Range<Int>: TensorIndex {
  /// The range, which the dimension must hold.
  public func positions(in length: Int) -> (start: Int, count: Int, step: Int)? {
    lowerBound >= 0 && upperBound <= length ? (lowerBound, count, 1) : nil
  }
}

extension ClosedRange<Int>: TensorIndex {
  /// The range, which the dimension must hold.
  public func positions(in length: Int) -> (start: Int, count: Int, step: Int)? {
    Range(self).positions(in: length)
  }
}

extension PartialRangeFrom<Int>: TensorIndex {
  /// From a position to the end; counted from the end if negative.
  public func positions(in length: Int) -> (start: Int, count: Int, step: Int)? {
    let start = lowerBound < 0 ? lowerBound + length : lowerBound
    return (0...length).contains(start) ? (start, length - start, 1) : nil
  }
}

extension PartialRangeUpTo<Int>: TensorIndex {
  /// From the first position up to another; counted from the end if negative.
  public func positions(in length: Int) -> (start: Int, count: Int, step: Int)? {
    let end = upperBound < 0 ? upperBound + length : upperBound
    return (0...length).contains(end) ? (0, end, 1) : nil
  }
}

/// Every so many positions of a dimension, as Python's `start:stop:step`.
public struct TensorSlice: TensorIndex {
  private let start: Int?
  private let end: Int?
  private let step: Int

  /// Makes a slice; ends beyond the dimension are cut to it.
  ///
  /// - Parameters:
  ///   - start: The first position, from the end if negative; nil: the first of all, or the last if
  ///     the step is negative.
  ///   - end: The position before which to stop, from the end if negative; nil: none.
  ///   - step: Distance of two positions; negative: backwards.
  public init(from start: Int? = nil, to end: Int? = nil, by step: Int = 1) {
    precondition(step != 0, "a slice from \(start ?? 0) needs a step other than 0")
    self.start = start
    self.end = end
    self.step = step
  }

  /// The positions that lie inside the dimension.
  public func positions(in length: Int) -> (start: Int, count: Int, step: Int)? {
    let (low, high) = step > 0 ? (0, length) : (-1, length - 1)
    func place(_ index: Int?, _ otherwise: Int) -> Int {
      guard let index else { return otherwise }
      return Swift.min(Swift.max(index < 0 ? index + length : index, low), high)
    }
    let (from, to) =
      step > 0 ? (place(start, low), place(end, high)) : (place(start, high), place(end, low))
    let count = step > 0 ? (to - from + step - 1) / step : (from - to - step - 1) / -step
    return (Swift.max(count, 0) == 0 ? 0 : from, Swift.max(count, 0), step)
  }
}

extension Tensor {
  /// Parts of the first dimensions: `x[0..<2, 3, TensorSlice(by: 2)]`; an `Int` takes its dimension away.
  ///
  /// The gradient goes back where the scalars stood, zeros elsewhere.
  public subscript(_ indices: any TensorIndex...) -> Tensor { selected(indices) }

  /// Part of one dimension, as Python's `start:stop:step`; see `TensorSlice`.
  public func sliced(axis: Int, from start: Int? = nil, to end: Int? = nil, by step: Int = 1)
    -> Tensor
  {
    let at = checkedAxis(axis, "slice")
    let whole = [any TensorIndex](repeating: 0..., count: at)
    return selected(whole + [TensorSlice(from: start, to: end, by: step)])
  }

  private func selected(_ indices: [any TensorIndex]) -> Tensor {
    precondition(
      indices.count <= rank, "\(indices.count) indices into a tensor of shape \(shape)")
    let own = rowMajorStrides
    var (offset, target, strides): (Int, [Int], [Int]) = (0, [], [])
    for (axis, index) in indices.enumerated() {
      guard let part = index.positions(in: shape[axis]) else {
        preconditionFailure("index \(index) is outside dimension \(axis) of \(shape)")
      }
      offset += part.start * own[axis]
      if index.dropsDimension { continue }
      target.append(part.count)
      strides.append(part.step * own[axis])
    }
    target += shape[indices.count...]
    strides += own[indices.count...]
    let (original, first, steps) = (shape, offset, strides)
    return gathered(target, strides: steps, offset: first).recorded("slice", from: [self]) { dy in
      [dy.scattered(into: original, strides: steps, offset: first)]
    }
  }

  /// The scalars whose positions along two dimensions are equal, as a new last dimension.
  public func diagonal(_ first: Int = 0, _ second: Int = 1) -> Tensor {
    let (a, b) = (checkedAxis(first, "diagonal"), checkedAxis(second, "diagonal"))
    precondition(a != b, "diagonal of \(shape): \(first) and \(second) are one dimension")
    let (own, rest) = (rowMajorStrides, shape.indices.filter { $0 != a && $0 != b })
    let target = rest.map { shape[$0] } + [Swift.min(shape[a], shape[b])]
    let strides = rest.map { own[$0] } + [own[a] + own[b]]
    let original = shape
    return gathered(target, strides: strides, offset: 0).recorded("diagonal", from: [self]) { dy in
      [dy.scattered(into: original, strides: strides, offset: 0)]
    }
  }
}
