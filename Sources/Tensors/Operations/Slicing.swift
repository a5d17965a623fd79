/// An index of one dimension in a subscript: an `Int`, a range of `Int`, or a `TensorSlice`.
///
/// Other types must not conform.
public protocol TensorIndex: Sendable {}

/// A `TensorIndex` that resolves to positions of a dimension.
package protocol ResolvableIndex: TensorIndex {
  /// The positions in a dimension of a length; nil if they are out of bounds.
  func positions(in length: Int) -> IndexPositions?
}

/// Equidistant positions along a dimension.
package struct IndexPositions: Sendable, Equatable {
  let start: Int
  let count: Int
  let step: Int
  /// True for a single index, which removes its dimension.
  let dropsDimension: Bool

  init(_ start: Int, _ count: Int, step: Int = 1, dropsDimension: Bool = false) {
    self.start = start
    self.count = count
    self.step = step
    self.dropsDimension = dropsDimension
  }
}

/// One position, from the end if negative.
extension Int: TensorIndex, ResolvableIndex {
  package func positions(in length: Int) -> IndexPositions? {
    guard self >= -length, self < length else { return nil }
    return IndexPositions(self < 0 ? self + length : self, 1, dropsDimension: true)
  }
}

extension Range<Int>: TensorIndex, ResolvableIndex {
  package func positions(in length: Int) -> IndexPositions? {
    lowerBound >= 0 && upperBound <= length ? IndexPositions(lowerBound, count) : nil
  }
}

extension ClosedRange<Int>: TensorIndex, ResolvableIndex {
  package func positions(in length: Int) -> IndexPositions? {
    Range(self).positions(in: length)
  }
}

/// From a position, from the end if negative, to the end.
extension PartialRangeFrom<Int>: TensorIndex, ResolvableIndex {
  package func positions(in length: Int) -> IndexPositions? {
    let start = lowerBound < 0 ? lowerBound + length : lowerBound
    return (0...length).contains(start) ? IndexPositions(start, length - start) : nil
  }
}

/// From the start up to a position, from the end if negative.
extension PartialRangeUpTo<Int>: TensorIndex, ResolvableIndex {
  package func positions(in length: Int) -> IndexPositions? {
    let end = upperBound < 0 ? upperBound + length : upperBound
    return (0...length).contains(end) ? IndexPositions(0, end) : nil
  }
}

/// Equidistant positions of a dimension, as Python's `start:stop:step`.
public struct TensorSlice: TensorIndex, ResolvableIndex {
  private let start: Int?
  private let end: Int?
  private let step: Int

  /// Creates a slice; bounds beyond the dimension are clamped.
  ///
  /// - Parameters:
  ///   - start: First position, from the end if negative. Default: the first, or the last if `step` is
  ///     negative.
  ///   - end: Position before which the slice ends, from the end if negative. Default: no bound.
  ///   - step: Distance of two positions; negative reverses.
  public init(from start: Int? = nil, to end: Int? = nil, by step: Int = 1) {
    precondition(step != 0, "the step of a slice must not be 0")
    self.start = start
    self.end = end
    self.step = step
  }

  /// The positions inside the dimension.
  package func positions(in length: Int) -> IndexPositions? {
    let (low, high) = step > 0 ? (0, length) : (-1, length - 1)
    func clamped(_ index: Int?, _ otherwise: Int) -> Int {
      guard let index else { return otherwise }
      return Swift.min(Swift.max(index < 0 ? index + length : index, low), high)
    }
    let (from, to) =
      step > 0
      ? (clamped(start, low), clamped(end, high)) : (clamped(start, high), clamped(end, low))
    let count = step > 0 ? (to - from + step - 1) / step : (from - to - step - 1) / -step
    return IndexPositions(count <= 0 ? 0 : from, Swift.max(count, 0), step: step)
  }
}

extension Tensor {
  /// Indexes the leading dimensions: `x[0]`, `x[0..<2, 3, TensorSlice(by: 2)]`; an `Int` removes its
  /// dimension.
  ///
  /// Differentiable; the gradient of other elements is 0.
  public subscript(_ indices: any TensorIndex...) -> Tensor { selected(indices) }

  /// Positions along one dimension, as Python's `start:stop:step`; see `TensorSlice`.
  package func sliced(axis: Int, from start: Int? = nil, to end: Int? = nil, by step: Int = 1)
    -> Tensor
  {
    let at = checkedAxis(axis, "slice")
    let whole = [any TensorIndex](repeating: 0..., count: at)
    return selected(whole + [TensorSlice(from: start, to: end, by: step)])
  }

  private func selected(_ indices: [any TensorIndex]) -> Tensor {
    precondition(
      indices.count <= rank, "\(indices.count) indices for a tensor of shape \(shape)")
    let own = rowMajorStrides
    var (offset, target, strides): (Int, [Int], [Int]) = (0, [], [])
    for (axis, index) in indices.enumerated() {
      guard let index = index as? any ResolvableIndex else {
        preconditionFailure(
          "\(type(of: index)) is not a tensor index: use Int, a range or TensorSlice")
      }
      guard let part = index.positions(in: shape[axis]) else {
        preconditionFailure("index \(index) is out of bounds for dimension \(axis) of \(shape)")
      }
      offset += part.start * own[axis]
      if part.dropsDimension { continue }
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

  /// The diagonal of two dimensions, as a new last dimension (`diagonal`).
  package func diagonal(_ first: Int = 0, _ second: Int = 1) -> Tensor {
    let (a, b) = (checkedAxis(first, "diagonal"), checkedAxis(second, "diagonal"))
    precondition(a != b, "diagonal of \(shape): \(first) and \(second) are the same dimension")
    let (own, rest) = (rowMajorStrides, shape.indices.filter { $0 != a && $0 != b })
    let target = rest.map { shape[$0] } + [Swift.min(shape[a], shape[b])]
    let strides = rest.map { own[$0] } + [own[a] + own[b]]
    let original = shape
    return gathered(target, strides: strides, offset: 0).recorded("diagonal", from: [self]) { dy in
      [dy.scattered(into: original, strides: strides, offset: 0)]
    }
  }
}
