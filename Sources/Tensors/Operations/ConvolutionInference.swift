import COneDNN

/// A convolution for inference, with filters in the layout of its primitive.
package struct PackedConvolution: Sendable {
  /// The filters: in the layout of the primitive if other primitives can read it.
  private var weight: Tensor
  private let bias: Tensor?
  /// The filters in an opaque format, such as that of Winograd, of groups or of bfloat16.
  private var packed: Tensor?

  /// Creates a convolution from row-major filters, `[outputs, inputs / groups, height, width]`, and a bias.
  package init(weight: Tensor, bias: Tensor?) {
    self.weight = weight.rowMajor.detached
    self.bias = bias?.rowMajor.detached
  }

  /// Convolution, followed by an addition and ReLU, in one pass if a primitive supports it.
  ///
  /// - Parameters:
  ///   - input: `[batch, inputs, height, width]`.
  ///   - geometry: Stride, padding, dilation, groups.
  ///   - addend: Added to the result, of the same shape; nil for none.
  ///   - relu: Apply ReLU.
  /// - Returns: `[batch, outputs, h', w']`, on no tape.
  package mutating func callAsFunction(
    _ input: Tensor, _ geometry: ConvolutionGeometry, adding addend: Tensor?, relu: Bool
  ) -> Tensor {
    var shape = ConvolutionShape(
      input: input.shape, weight: weight.shape, bias: bias?.shape, geometry)
    shape.key.inference = 1
    // By default oneDNN prefers channels-last for inference, which has no Winograd: 14 % slower for a
    // ResNet-50, with additional reorders.
    if shape.key.order == LB_ORDER_ANY.value, shape.isFastInBlocks {
      shape.key.order = LB_ORDER_BLOCKS.value
    }
    if let addend {
      precondition(
        addend.shape == shape.outputShape,
        "conv2d: the addend has shape \(addend.shape), the output \(shape.outputShape)")
    }
    shape.key.relu = relu ? 1 : 0
    let type = shape.dtype
    guard let addend = addend?.converted(to: type) else {
      return run(shape.winograd() ?? shape.forward(), shape, input, nil)
    }
    // Winograd does not support a fused addition, but saves more time.
    if let forward = shape.winograd(relu: false) {
      let sum = run(forward, shape, input, nil)
      return relu ? Tensor.addReLU(sum, addend) : sum + addend
    }
    shape.key.addend = addend.oneDNNLayout.address
    if let forward = shape.forwardIfFast() { return run(forward, shape, input, addend) }
    shape.key.addend = 0
    shape.key.relu = 0
    let sum = run(shape.forward(), shape, input, nil)
    return relu ? Tensor.addReLU(sum, addend) : sum + addend
  }

  private mutating func run(
    _ forward: Primitive, _ shape: ConvolutionShape, _ input: Tensor, _ addend: Tensor?
  ) -> Tensor {
    let x = input.reordered(to: forward.required(LB_ARG_SRC))
    let wanted = forward.required(LB_ARG_WEIGHTS)
    let filters = filters(in: wanted, of: shape)
    let y = Tensor(uninitialized: shape.outputShape, layout: forward.required(LB_ARG_DST))
    var arguments = [
      (LB_ARG_SRC, x.storage.pointer), (LB_ARG_WEIGHTS, filters.storage.pointer),
      (LB_ARG_DST, y.storage.pointer),
    ]
    if let bias { arguments.append((LB_ARG_BIAS, bias.storage.pointer)) }
    if let addend { arguments.append((LB_ARG_ADDEND, addend.storage.pointer)) }
    forward.execute("conv2d", operations: shape.operations, arguments)
    return y
  }
}

extension PackedConvolution {
  fileprivate mutating func filters(in wanted: Layout, of shape: ConvolutionShape) -> Tensor {
    if shape.groups == 1, wanted.isBlocked, wanted.dtype == weight.dtype {
      weight = weight.reordered(to: wanted)
      return weight
    }
    if let packed, packed.layout == wanted { return packed }
    let plain = shape.groups == 1 ? weight.oneDNNLayout : shape.plainWeights(weight.shape)
    let filters = weight.reordered(from: plain, to: wanted)
    packed = filters
    return filters
  }
}

extension ConvolutionShape {
  /// The Winograd primitive, if it is allowed and exists.
  ///
  /// oneDNN itself uses Winograd from four images on. Here filters are packed once, so it pays off for one.
  fileprivate func winograd(relu: Bool? = nil) -> Primitive? {
    guard var wanted = forcedWinograd else { return nil }
    if let relu { wanted.relu = relu ? 1 : 0 }
    return Primitive(make: { lb_make_convolution_forward(wanted, $0) })
  }

  /// The forward primitive; nil if oneDNN has only a slow reference implementation.
  fileprivate func forwardIfFast() -> Primitive? {
    guard let found = Primitive(make: { lb_make_convolution_forward(key, $0) }) else { return nil }
    return found.isReference || found.implementation.contains("gemm") ? nil : found
  }

  /// Whether oneDNN has more than a reference implementation for images in channel blocks: groups of a few channels
  /// have none.
  fileprivate var isFastInBlocks: Bool {
    var wanted = key
    wanted.order = LB_ORDER_BLOCKS.value
    return Primitive(make: { lb_make_convolution_forward(wanted, $0) }).map { !$0.isReference }
      ?? false
  }
}
