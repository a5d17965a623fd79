import CKernels

extension Tensor {
  /// The same row-major elements with another shape, on no tape.
  func viewed(as target: [Int]) -> Tensor {
    let plain = rowMajor
    precondition(
      target.reduce(1, *) == count,
      "reshaped: \(shape) has \(count) elements, which do not fit \(target)")
    return Tensor(shape: target, dtype: dtype, storage: plain.storage)
  }

  /// The same elements with another shape; one length may be -1 (`reshape`).
  public func reshaped(to target: [Int]) -> Tensor {
    var target = target
    if let free = target.firstIndex(of: -1) {
      let rest = target.enumerated().filter { $0.offset != free }.reduce(1) { $0 * $1.element }
      precondition(rest > 0 && count % rest == 0, "reshaped: \(shape) does not fit \(target)")
      target[free] = count / rest
    }
    let original = shape
    return viewed(as: target).recorded("reshape", from: [self]) { dy in [dy.viewed(as: original)] }
  }

  /// Merges all dimensions from `axis` on (`flatten(start_dim)`).
  public func flattened(from axis: Int = 1) -> Tensor {
    precondition(
      axis >= 0 && axis < Swift.max(rank, 1), "flattened: the shape \(shape) has no axis \(axis)")
    return reshaped(to: shape[..<axis] + [shape[axis...].reduce(1, *)])
  }

  /// Inserts a dimension of length 1 (`unsqueeze`).
  public func unsqueezed(at axis: Int) -> Tensor {
    let at = axis < 0 ? axis + rank + 1 : axis
    precondition((0...rank).contains(at), "unsqueezed: \(axis) is out of range for \(shape)")
    return reshaped(to: shape[..<at] + [1] + shape[at...])
  }

  /// Removes a dimension of length 1 (`squeeze`).
  public func squeezed(at axis: Int) -> Tensor {
    let at = checkedAxis(axis, "squeezed")
    precondition(
      shape[at] == 1, "squeezed: axis \(axis) of \(shape) has length \(shape[at]), not 1")
    var target = shape
    target.remove(at: at)
    return reshaped(to: target)
  }

  /// Permutes the dimensions: dimension `i` of the result is `axes[i]` of this tensor (`permute`).
  public func transposed(_ axes: [Int]) -> Tensor {
    let axes = axes.map { checkedAxis($0, "transposed") }
    precondition(
      axes.sorted() == Array(0..<rank),
      "transposed: \(axes) is not a permutation of \(rank) dimensions")
    let inverse = axes.indices.sorted { axes[$0] < axes[$1] }
    let strides = rowMajorStrides
    return gathered(axes.map { shape[$0] }, strides: axes.map { strides[$0] }, offset: 0)
      .recorded("transpose", from: [self]) { dy in [dy.detached.transposed(inverse)] }
  }

  /// Transposes a matrix, or the last two dimensions (`mT`).
  public func transposed() -> Tensor {
    precondition(rank >= 2, "transposed: \(shape) has fewer than two dimensions")
    return transposed(Array(0..<(rank - 2)) + [rank - 1, rank - 2])
  }

  var rowMajorStrides: [Int] {
    var strides = [Int](repeating: 1, count: rank)
    for i in stride(from: rank - 2, through: 0, by: -1) {
      strides[i] = strides[i + 1] * shape[i + 1]
    }
    return strides
  }

  /// The elements at `offset + Σ index · stride` as a row-major tensor; any type.
  func gathered(_ target: [Int], strides: [Int], offset: Int) -> Tensor {
    let x = rowMajor
    let y = Tensor(uninitialized: target, dtype: dtype)
    guard y.count > 0 else { return y }
    let (lengths, steps) = Self.merged(target, strides)
    let rank = Int32(lengths.count)
    let (source, destination) = (x.storage.pointer, y.storage.pointer)
    func at<Word>(_ type: Word.Type) -> (UnsafePointer<Word>, UnsafeMutablePointer<Word>) {
      (
        UnsafePointer(source.assumingMemoryBound(to: type) + offset),
        destination.assumingMemoryBound(to: type)
      )
    }
    switch dtype.byteCount {
    case 1:
      let (from, to) = at(UInt8.self)
      lb_gather_strided_1(rank, lengths, from, steps, to)
    case 2:
      let (from, to) = at(UInt16.self)
      lb_gather_strided_2(rank, lengths, from, steps, to)
    case 4:
      let (from, to) = at(UInt32.self)
      lb_gather_strided_4(rank, lengths, from, steps, to)
    default:
      let (from, to) = at(UInt64.self)
      lb_gather_strided_8(rank, lengths, from, steps, to)
    }
    return y
  }

  /// Merges adjacent dimensions that are contiguous.
  private static func merged(_ shape: [Int], _ strides: [Int]) -> ([Int], [Int]) {
    var (lengths, steps): ([Int], [Int]) = ([], [])
    for (length, step) in zip(shape, strides) where length != 1 {
      if let last = steps.last, last == length * step {
        lengths[lengths.count - 1] *= length
        steps[steps.count - 1] = step
      } else {
        lengths.append(length)
        steps.append(step)
      }
    }
    precondition(lengths.count <= 8, "at most 8 dimensions are supported, got \(shape)")
    return lengths.isEmpty ? ([1], [1]) : (lengths, steps)
  }

  /// A range of positions along a dimension (`narrow`).
  package func sliced(axis: Int, _ range: Range<Int>) -> Tensor {
    let at = checkedAxis(axis, "slice")
    precondition(
      range.lowerBound >= 0 && range.upperBound <= shape[at],
      "sliced: \(range) is out of bounds for axis \(axis) of \(shape)")
    var target = shape
    target[at] = range.count
    let (strides, original) = (rowMajorStrides, shape)
    let offset = range.lowerBound * strides[at]
    return gathered(target, strides: strides, offset: offset).recorded("slice", from: [self]) {
      dy in
      [dy.scattered(into: original, strides: strides, offset: offset)]
    }
  }

  /// The adjoint of `gathered(_:strides:offset:)`.
  func scattered(into target: [Int], strides: [Int], offset: Int) -> Tensor {
    let dy = rowMajor
    let dx = Tensor.zeros(target)
    guard count > 0 else { return dx }
    let (lengths, steps) = Self.merged(shape, strides)
    lb_scatter_add_strided(Int32(lengths.count), lengths, dy.floats, dx.floats + offset, steps)
    return dx
  }
}
