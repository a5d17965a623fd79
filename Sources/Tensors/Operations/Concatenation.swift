import CKernels

extension Tensor {
  /// Concatenates tensors along a dimension (`torch.cat`).
  ///
  /// Images stay in channel blocks if the parts consist of whole blocks, or channels-last, and so do the
  /// gradients.
  ///
  /// - Parameters:
  ///   - tensors: At least one, of shapes that differ along `axis` only.
  ///   - axis: The dimension, from the end if negative (`dim`).
  /// - Returns: The concatenation; bfloat16 if one of the tensors is.
  ///
  /// Differentiable in every tensor; saves nothing.
  public static func concatenated(_ tensors: [Tensor], axis: Int) -> Tensor {
    precondition(!tensors.isEmpty, "concatenated needs at least one tensor")
    let type = tensors.contains { $0.dtype == .bfloat16 } ? DType.bfloat16 : .float32
    let tensors = tensors.map { $0.dtype == .float32 ? $0.converted(to: type) : $0 }
    let at = tensors[0].checkedAxis(axis, "concatenated")
    var target = tensors[0].shape
    target[at] = 0
    for tensor in tensors {
      tensor.requireFloatOrBFloat("concatenated")
      var other = tensor.shape
      precondition(
        other.count == target.count,
        "concatenated: \(tensor.shape) and \(tensors[0].shape) differ in rank")
      target[at] += other[at]
      other[at] = target[at]
      precondition(
        other == target,
        "concatenated along \(axis): \(tensor.shape) and \(tensors[0].shape) differ in another axis"
      )
    }
    let order = at == 1 ? sharedOrder(of: tensors) : .rowMajor
    let result = order.uninitialized(target, type)
    let runs = Runs(of: target, axis: at, order, type)
    var start = 0
    var parts: [Range<Int>] = []
    for tensor in tensors {
      let range = start..<(start + tensor.shape[at])
      runs.copy(order.ordered(tensor), into: result, range)
      parts.append(range)
      start = range.upperBound
    }
    let ranges = parts
    return result.recorded("concatenated", from: tensors) { dy in
      let whole = order.ordered(dy.converted(to: type))
      return ranges.map { runs.part(of: whole, $0) }
    }
  }

  /// Stacks tensors of one shape along a new first dimension (`torch.stack`).
  public static func stacked(_ tensors: [Tensor]) -> Tensor {
    concatenated(tensors.map { $0.unsqueezed(at: 0) }, axis: 0)
  }

  /// Channels-last if any part is; otherwise the largest block that a part is stored in and that divides
  /// the channels of all parts but the last.
  private static func sharedOrder(of parts: [Tensor]) -> ChannelOrder {
    let found = parts.compactMap { part in part.layout?.channelBlock.map { (part.shape[1], $0) } }
    if found.contains(where: { channels, block in block > 16 && block == channels }) {
      return .last
    }
    let blocks = found.map(\.1).filter { ChannelOrder.sizes.contains($0) }.sorted(by: >)
    let shared = blocks.first { block in parts.dropLast().allSatisfy { $0.shape[1] % block == 0 } }
    return shared.map(ChannelOrder.blocks) ?? .rowMajor
  }
}

/// The physical layout of concatenated images.
private enum ChannelOrder: Sendable {
  case rowMajor
  /// `[batch, channels / b, height, width, b]`.
  case blocks(Int)
  /// `[batch, height, width, channels]`.
  case last

  /// Block sizes that oneDNN pads channels to.
  static let sizes = [4, 8, 16]

  private func layout(_ shape: [Int], _ type: DType) -> Layout? {
    switch self {
    case .rowMajor: nil
    case .blocks(let block): Layout.inChannelBlocks(of: block, shape, type)
    case .last: Layout.inChannelBlocks(of: shape[1], shape, type)
    }
  }

  func uninitialized(_ shape: [Int], _ type: DType) -> Tensor {
    layout(shape, type).map { Tensor(uninitialized: shape, layout: $0) }
      ?? Tensor(uninitialized: shape, dtype: type)
  }

  func ordered(_ tensor: Tensor) -> Tensor {
    layout(tensor.shape, tensor.dtype).map { tensor.reordered(to: $0) } ?? tensor.rowMajor
  }
}

/// The memory of a tensor as runs of equal length, each of which holds one whole dimension.
private struct Runs: Sendable {
  let shape: [Int]
  let axis: Int
  let order: ChannelOrder
  let type: DType
  let count: Int
  private let block: Int
  /// Elements per step along the axis, or per block of steps.
  private let inner: Int

  init(of shape: [Int], axis: Int, _ order: ChannelOrder, _ type: DType) {
    self.type = type
    self.shape = shape
    self.axis = axis
    self.order = order
    let (before, after) = (shape[..<axis].reduce(1, *), shape[(axis + 1)...].reduce(1, *))
    switch order {
    case .rowMajor: (block, count, inner) = (1, before, after)
    case .blocks(let size): (block, count, inner) = (size, before, after * size)
    case .last: (block, count, inner) = (1, before * after, 1)
    }
  }

  /// Bytes of `length` steps along the axis, padded to whole blocks.
  private func bytes(_ length: Int) -> Int { (length + block - 1) / block * inner * type.byteCount }

  func copy(_ part: Tensor, into whole: Tensor, _ range: Range<Int>) {
    let run = bytes(range.count)
    lb_copy_runs(
      part.storage.pointer, run, whole.storage.pointer + bytes(range.lowerBound),
      bytes(shape[axis]), run, count)
  }

  func part(of whole: Tensor, _ range: Range<Int>) -> Tensor {
    var target = shape
    target[axis] = range.count
    let part = order.uninitialized(target, type)
    let run = bytes(range.count)
    lb_copy_runs(
      whole.storage.pointer + bytes(range.lowerBound), bytes(shape[axis]), part.storage.pointer,
      run, run, count)
    return part
  }
}
