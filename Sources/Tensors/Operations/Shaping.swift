import CKernels

extension Tensor {
  /// The same row-major scalars under another shape, off the tape.
  func viewed(as target: [Int]) -> Tensor {
    let plain = rowMajor
    precondition(
      target.reduce(1, *) == count, "\(shape) has \(count) scalars, which do not fill \(target)")
    return Tensor(shape: target, dtype: dtype, storage: plain.storage)
  }

  /// The same scalars in the same order under another shape; one length may be -1.
  public func reshaped(to target: [Int]) -> Tensor {
    var target = target
    if let free = target.firstIndex(of: -1) {
      let rest = target.enumerated().filter { $0.offset != free }.reduce(1) { $0 * $1.element }
      precondition(rest > 0 && count % rest == 0, "\(shape) cannot be reshaped to \(target)")
      target[free] = count / rest
    }
    let original = shape
    return viewed(as: target).recorded("reshape", from: [self]) { dy in [dy.viewed(as: original)] }
  }

  /// All dimensions from `axis` on as one.
  public func flattened(from axis: Int = 1) -> Tensor {
    precondition(axis >= 0 && axis < Swift.max(rank, 1), "flatten: \(shape) has no axis \(axis)")
    return reshaped(to: shape[..<axis] + [shape[axis...].reduce(1, *)])
  }

  /// A dimension of length 1 put in at `axis`.
  public func unsqueezed(at axis: Int) -> Tensor {
    let at = axis < 0 ? axis + rank + 1 : axis
    precondition((0...rank).contains(at), "unsqueeze: \(shape) has no place \(axis)")
    return reshaped(to: shape[..<at] + [1] + shape[at...])
  }

  /// A dimension of length 1 taken out.
  public func squeezed(at axis: Int) -> Tensor {
    let at = checkedAxis(axis, "squeeze")
    precondition(shape[at] == 1, "squeeze: axis \(axis) of \(shape) has length \(shape[at]), not 1")
    var target = shape
    target.remove(at: at)
    return reshaped(to: target)
  }

  /// Dimensions in another order: result dimension `i` is `axes[i]` of this tensor.
  public func transposed(_ axes: [Int]) -> Tensor {
    let axes = axes.map { checkedAxis($0, "transpose") }
    precondition(
      axes.sorted() == Array(0..<rank), "transpose: \(axes) is no order of \(rank) dimensions")
    let inverse = axes.indices.sorted { axes[$0] < axes[$1] }
    let strides = rowMajorStrides
    return gathered(axes.map { shape[$0] }, strides: axes.map { strides[$0] }, offset: 0)
      .recorded("transpose", from: [self]) { dy in [dy.detached.transposed(inverse)] }
  }

  /// A matrix with rows and columns exchanged; more generally, the last two dimensions.
  public func transposed() -> Tensor {
    precondition(rank >= 2, "transpose of \(shape), which has no two dimensions")
    return transposed(Array(0..<(rank - 2)) + [rank - 1, rank - 2])
  }

  var rowMajorStrides: [Int] {
    var strides = [Int](repeating: 1, count: rank)
    for i in stride(from: rank - 2, through: 0, by: -1) {
      strides[i] = strides[i + 1] * shape[i + 1]
    }
    return strides
  }

  /// The scalars at `offset + Σ index · stride` as a row-major tensor; any type.
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

  /// Fewer and longer dimensions with the same places: neighbors that continue each other are one.
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
    precondition(lengths.count <= 8, "at most 8 dimensions, not \(shape)")
    return lengths.isEmpty ? ([1], [1]) : (lengths, steps)
  }

  /// Part of a dimension.
  public func sliced(axis: Int, _ range: Range<Int>) -> Tensor {
    let at = checkedAxis(axis, "slice")
    precondition(
      range.lowerBound >= 0 && range.upperBound <= shape[at],
      "slice: axis \(axis) of \(shape) does not hold \(range)")
    var target = shape
    target[at] = range.count
    let (strides, original) = (rowMajorStrides, shape)
    let offset = range.lowerBound * strides[at]
    return gathered(target, strides: strides, offset: offset).recorded("slice", from: [self]) {
      dy in
      [dy.scattered(into: original, strides: strides, offset: offset)]
    }
  }

  /// The adjoint of `gathered`.
  func scattered(into target: [Int], strides: [Int], offset: Int) -> Tensor {
    let dy = rowMajor
    let dx = Tensor.zeros(target)
    guard count > 0 else { return dx }
    let (lengths, steps) = Self.merged(shape, strides)
    lb_scatter_add_strided(Int32(lengths.count), lengths, dy.floats, dx.floats + offset, steps)
    return dx
  }

  /// The part at fixed positions of the first dimensions: `x[0]` is the first image of a batch,
  /// `output[0, 1]` the second logit of the first image.
  public subscript(_ indices: Int...) -> Tensor {
    precondition(
      indices.count <= rank, "\(indices.count) indices into a tensor of shape \(shape)")
    let strides = rowMajorStrides
    var offset = 0
    for (axis, index) in indices.enumerated() {
      precondition(
        index >= -shape[axis] && index < shape[axis],
        "index \(index) is outside dimension \(axis) of \(shape)")
      offset += (index < 0 ? index + shape[axis] : index) * strides[axis]
    }
    let rest = Array(shape[indices.count...])
    let restStrides = Array(strides[indices.count...])
    let (original, start) = (shape, offset)
    return gathered(rest, strides: restStrides, offset: start).recorded("index", from: [self]) {
      dy in
      [dy.scattered(into: original, strides: restStrides, offset: start)]
    }
  }
}
