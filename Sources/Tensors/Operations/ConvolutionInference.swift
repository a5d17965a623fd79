import COneDNN

/// Filters and bias of a convolution that only ever computes forward, kept in the order that the
/// primitive at hand wants.
package struct PackedConvolution: Sendable {
  /// The filters in an order that every reorder can read: the primitive's own where that is one.
  private var weight: Tensor
  private let bias: Tensor?
  /// Packed for one primitive alone: Winograd's, those of groups, rounded ones.
  private var packed: Tensor?

  /// Makes it from row-major filters, `[outputs, inputs / groups, height, width]`, and a bias.
  package init(weight: Tensor, bias: Tensor?) {
    self.weight = weight.rowMajor.detached
    self.bias = bias?.rowMajor.detached
  }

  /// The convolution of images, with a sum and a ReLU in the same pass where the primitive can do it.
  ///
  /// - Parameters:
  ///   - input: `[batch, inputs, height, width]`.
  ///   - geometry: Stride, padding, dilation, groups.
  ///   - addend: Added to the result, of its shape; nil: nothing.
  ///   - relu: Follow with ReLU.
  /// - Returns: `[batch, outputs, h', w']`, on no tape.
  package mutating func callAsFunction(
    _ input: Tensor, _ geometry: ConvolutionGeometry, adding addend: Tensor?, relu: Bool
  ) -> Tensor {
    var shape = ConvolutionShape(
      input: input.shape, weight: weight.shape, bias: bias?.shape, geometry)
    shape.key.inference = 1
    // Left to itself, oneDNN prefers channels-last for inference, where it has no Winograd: slower by a
    // seventh over a ResNet-50, and with reorders in between.
    if shape.key.order == LB_ORDER_ANY.value { shape.key.order = LB_ORDER_BLOCKS.value }
    if let addend {
      precondition(
        addend.shape == shape.outputShape,
        "conv2d: a sum of \(shape.outputShape) and \(addend.shape): the shapes differ")
    }
    shape.key.relu = relu ? 1 : 0
    let type = shape.dtype
    guard let addend = addend?.converted(to: type) else {
      return run(shape.winograd() ?? shape.forward(), shape, input, nil)
    }
    // Winograd cannot add, but is worth more than a fused sum.
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
  /// Winograd's primitive where it is allowed and there is one.
  ///
  /// oneDNN itself takes it from four images on only; filters are packed once here, so it pays from one.
  fileprivate func winograd(relu: Bool? = nil) -> Primitive? {
    guard var wanted = forcedWinograd else { return nil }
    if let relu { wanted.relu = relu ? 1 : 0 }
    return Primitive(make: { lb_make_convolution_forward(wanted, $0) })
  }

  /// The primitive, unless oneDNN has only a slow general one for it.
  fileprivate func forwardIfFast() -> Primitive? {
    guard let found = Primitive(make: { lb_make_convolution_forward(key, $0) }) else { return nil }
    return found.implementation.contains("ref") || found.implementation.contains("gemm")
      ? nil : found
  }
}
