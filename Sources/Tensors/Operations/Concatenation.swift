import CKernels

extension Tensor {
  /// Tensors joined along a dimension; the others must agree.
  ///
  /// Channels of images in a blocked layout stay in it where whole blocks meet, and so do the
  /// gradients: nothing is reordered, memory is copied.
  ///
  /// - Parameters:
  ///   - tensors: At least one, of shapes that differ along `axis` only.
  ///   - axis: The dimension; negative counts from the end.
  /// - Returns: A tensor whose length along `axis` is the sum of theirs; bfloat16 if one of them is.
  ///
  /// Differentiable in every tensor. Keeps nothing.
  public static func concatenated(_ tensors: [Tensor], axis: Int) -> Tensor {
    precondition(!tensors.isEmpty, "concatenate needs at least one tensor")
    let type = tensors.contains { $0.dtype == .bfloat16 } ? DType.bfloat16 : .float32
    let tensors = tensors.map { $0.dtype == .float32 ? $0.converted(to: type) : $0 }
    let at = tensors[0].checkedAxis(axis, "concatenate")
    var target = tensors[0].shape
    target[at] = 0
    for tensor in tensors {
      tensor.requireFloatOrBFloat("concatenate")
      var other = tensor.shape
      precondition(
        other.count == target.count, "concatenate: \(tensor.shape) beside \(tensors[0].shape)")
      target[at] += other[at]
      other[at] = target[at]
      precondition(
        other == target, "concatenate along \(axis): \(tensor.shape) beside \(tensors[0].shape)")
    }
    let block = at == 1 ? sharedBlock(of: tensors) : 1
    let result =
      Layout.inBlocks(block, target, type).map { Tensor(uninitialized: target, layout: $0) }
      ?? Tensor(uninitialized: target, dtype: type)
    let runs = Runs(of: target, axis: at, block: block, type)
    var start = 0
    var parts: [Range<Int>] = []
    for tensor in tensors {
      let part = block > 1 ? tensor.inChannelBlocks(of: block) : tensor.rowMajor
      let range = start..<(start + tensor.shape[at])
      runs.copy(part, into: result, range)
      parts.append(range)
      start = range.upperBound
    }
    let ranges = parts
    return result.recorded("concatenate", from: tensors) { dy in
      let dy = dy.converted(to: type)
      let whole = block > 1 ? dy.inChannelBlocks(of: block) : dy.rowMajor
      return ranges.map { runs.part(of: whole, $0) }
    }
  }

  /// Tensors of one shape as the rows of a new first dimension.
  public static func stacked(_ tensors: [Tensor]) -> Tensor {
    concatenated(tensors.map { $0.unsqueezed(at: 0) }, axis: 0)
  }

  /// The largest block of channels that a part is stored in and that fills whole blocks of all parts but the last.
  private static func sharedBlock(of parts: [Tensor]) -> Int {
    parts.compactMap { $0.layout?.channelBlock }.sorted(by: >).first { block in
      parts.dropLast().allSatisfy { $0.shape[1] % block == 0 }
        && Layout.inBlocks(block, parts[0].shape, parts[0].dtype) != nil
    } ?? 1
  }
}

extension Layout {
  /// A layout in blocks that every number of channels can have; nil: row-major.
  fileprivate static func inBlocks(_ block: Int, _ shape: [Int], _ type: DType) -> Layout? {
    [4, 8, 16].contains(block) ? inChannelBlocks(of: block, shape, type) : nil
  }
}

/// A tensor's memory as runs of equal length, each of which holds the whole of one dimension.
private struct Runs: Sendable {
  let shape: [Int]
  let axis: Int
  let block: Int
  let type: DType
  let count: Int
  /// Scalars of one step, or one block of steps, along the axis.
  let inner: Int

  init(of shape: [Int], axis: Int, block: Int, _ type: DType) {
    self.type = type
    self.shape = shape
    self.axis = axis
    self.block = block
    count = shape[..<axis].reduce(1, *)
    inner = shape[(axis + 1)...].reduce(block, *)
  }

  /// Bytes of so many steps along the axis, blocks filled up.
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
    let part =
      Layout.inBlocks(block, target, type).map { Tensor(uninitialized: target, layout: $0) }
      ?? Tensor(uninitialized: target, dtype: type)
    let run = bytes(range.count)
    lb_copy_runs(
      whole.storage.pointer + bytes(range.lowerBound), bytes(shape[axis]), part.storage.pointer,
      run, run, count)
    return part
  }
}
