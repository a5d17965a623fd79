import CKernels
import COneDNN

extension Tensor {
  /// The same numbers in row-major order; itself if it is so already.
  package var rowMajor: Tensor {
    guard layout != nil else { return self }
    return reordered(to: Layout.plain(shape, dtype.oneDNNScalar))
  }

  /// The same numbers in another physical order; itself if it is so already.
  ///
  /// Keeps its place on the tape.
  package func reordered(to wanted: Layout) -> Tensor {
    reordered(from: oneDNNLayout, to: wanted)
  }

  /// As `reordered(to:)`, for filters in groups that oneDNN sees with one dimension more.
  func reordered(from: Layout, to wanted: Layout) -> Tensor {
    guard from != wanted else { return self }
    let primitive = Primitive("a reorder from \(from.description) to \(wanted.description)") {
      lb_make_reorder(from.pointer, wanted.pointer, $0)
    }
    var result = Tensor(uninitialized: shape, layout: wanted)
    primitive.execute(
      "reorder", [(LB_ARG_SRC, storage.pointer), (LB_ARG_DST, result.storage.pointer)])
    Compute.countReorder(bytes: from.byteCount)
    result.place = place
    return result
  }

  /// The same numbers as float32 or bfloat16 (rounded to the nearest, ties to even), in the same
  /// physical order; itself if it is so already.
  ///
  /// Differentiable; the gradient comes back in this tensor's type.
  public func converted(to type: DType) -> Tensor {
    guard type != dtype else { return self }
    let own = dtype
    let result = detached.reordered(to: oneDNNLayout.with(type))
    return result.recorded("converted", from: [self]) { dy in [dy.converted(to: own)] }
  }

  /// Images as memory has them: `[planes, height, width, block]`, `block` channels in a plane.
  struct ChannelBlocks {
    let tensor: Tensor
    let block: Int
    var planesPerImage: Int { (tensor.shape[1] + block - 1) / block }
    var planes: Int { tensor.shape[0] * planesPerImage }
    /// Scalars of one plane.
    var planeCount: Int { tensor.shape[2] * tensor.shape[3] * block }

    /// Memory for images of another shape in the same order; whoever asks must write every scalar.
    func uninitialized(_ shape: [Int]) -> Tensor {
      guard block > 1, let layout = Layout.inChannelBlocks(of: block, shape, tensor.dtype) else {
        precondition(block == 1, "no layout of \(shape) in blocks of \(block) channels")
        return Tensor(uninitialized: shape, dtype: tensor.dtype)
      }
      return Tensor(uninitialized: shape, layout: layout)
    }
  }

  /// These images as planes of channel blocks; a row-major copy where memory has another order.
  var channelBlocks: ChannelBlocks {
    if let block = layout?.channelBlock { return ChannelBlocks(tensor: detached, block: block) }
    return ChannelBlocks(tensor: rowMajor.detached, block: 1)
  }

  /// These images in blocks of so many channels; as many as there are: channels last.
  package func inChannelBlocks(of block: Int) -> Tensor {
    guard let layout = Layout.inChannelBlocks(of: block, shape, dtype) else {
      preconditionFailure("no layout of \(shape) in blocks of \(block) channels")
    }
    return reordered(to: layout)
  }

  /// Adds `other` to this tensor's numbers, in place where nobody else holds them.
  package mutating func accumulate(_ other: Tensor) {
    precondition(
      shape == other.shape, "cannot add a gradient of shape \(other.shape) to one of \(shape)")
    let addend = other.layout == layout ? other : other.reordered(to: oneDNNLayout)
    guard dtype != .bfloat16 else {
      makeUnique()
      Profiler.measure("accumulate") { lb_accumulate_bf16(addend.bfloats, bfloats, physicalCount) }
      return
    }
    if isKnownUniquelyReferenced(&storage) {
      Profiler.measure("accumulate") { lb_accumulate(addend.floats, floats, physicalCount) }
    } else {
      let sum = Storage(byteCount: storage.byteCount)
      lb_binary_same(LB_ADD, floats, addend.floats, sum.floats, physicalCount)
      storage = sum
    }
  }
}
