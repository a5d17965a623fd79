import CKernels
import COneDNN

extension Tensor {
  /// The tensor in row-major order (`contiguous()`).
  package var rowMajor: Tensor {
    guard layout != nil else { return self }
    return reordered(to: Layout.plain(shape, dtype.oneDNNScalar))
  }

  /// The tensor in another physical layout.
  ///
  /// Keeps its position on the tape.
  package func reordered(to wanted: Layout) -> Tensor {
    reordered(from: oneDNNLayout, to: wanted)
  }

  /// As `reordered(to:)`, for grouped filters, which have an additional dimension in oneDNN.
  func reordered(from: Layout, to wanted: Layout) -> Tensor {
    guard from != wanted else { return self }
    let primitive = Primitive("a reorder from \(from.description) to \(wanted.description)") {
      lb_make_reorder(from.pointer, wanted.pointer, $0)
    }
    var result = Tensor(uninitialized: shape, layout: wanted)
    primitive.execute(
      "reorder", [(LB_ARG_SRC, storage.pointer), (LB_ARG_DST, result.storage.pointer)])
    Compute.countReorder(bytes: from.byteCount)
    result.node = node
    return result
  }

  /// The tensor as float32 or bfloat16, rounded to nearest, ties to even (`to(dtype)`).
  ///
  /// Keeps the physical layout. Differentiable; the gradient has the type of this tensor.
  public func converted(to type: DType) -> Tensor {
    guard type != dtype else { return self }
    let own = dtype
    let result = detached.reordered(to: oneDNNLayout.with(type))
    return result.recorded("converted", from: [self]) { dy in [dy.converted(to: own)] }
  }

  /// Creates an uninitialized float32 tensor with the physical layout of another.
  init(uninitialized shape: [Int], layout: Layout?, physicalCount: Int) {
    self.init(
      shape: shape, dtype: .float32,
      storage: Storage(byteCount: physicalCount * 4, "a float32 tensor of shape \(shape)"),
      layout: layout)
  }

  /// Images as they are in memory: planes of `[height, width, block]`, with `block` channels per plane.
  struct ChannelBlocks {
    let tensor: Tensor
    let block: Int
    var planesPerImage: Int { (tensor.shape[1] + block - 1) / block }
    var planes: Int { tensor.shape[0] * planesPerImage }
    /// Number of elements per plane.
    var planeCount: Int { tensor.shape[2] * tensor.shape[3] * block }

    /// Creates images of another shape in the same order; the caller must initialize every element.
    func uninitialized(_ shape: [Int]) -> Tensor {
      guard block > 1, let layout = Layout.inChannelBlocks(of: block, shape, tensor.dtype) else {
        precondition(block == 1, "oneDNN has no layout of \(shape) in blocks of \(block) channels")
        return Tensor(uninitialized: shape, dtype: tensor.dtype)
      }
      return Tensor(uninitialized: shape, layout: layout)
    }
  }

  /// The images as planes of channel blocks; a row-major copy if memory has any other order.
  var channelBlocks: ChannelBlocks {
    if let block = layout?.channelBlock { return ChannelBlocks(tensor: detached, block: block) }
    return ChannelBlocks(tensor: rowMajor.detached, block: 1)
  }

  /// The images in blocks of `block` channels; channels last if `block` is the number of channels.
  package func inChannelBlocks(of block: Int) -> Tensor {
    guard let layout = Layout.inChannelBlocks(of: block, shape, dtype) else {
      preconditionFailure("oneDNN has no layout of \(shape) in blocks of \(block) channels")
    }
    return reordered(to: layout)
  }

  /// Adds a gradient in place, unless the storage is shared.
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
