import CKernels
import COneDNN

/// The steps and margins of a two-dimensional convolution.
public struct ConvolutionGeometry: Sendable, Hashable {
  /// Pixels between two positions of a filter: (rows, columns).
  public var stride: Extent
  /// Zeros around the image: (rows, columns), on both sides.
  public var padding: Extent
  /// Pixels between two taps of a filter.
  public var dilation: Extent
  /// Independent parts that the channels are split into.
  public var groups: Int

  /// Makes a geometry; the defaults are those of PyTorch.
  public init(stride: Extent = 1, padding: Extent = 0, dilation: Extent = 1, groups: Int = 1) {
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.groups = groups
  }
}

/// A height and a width, in pixels; an integer literal sets both.
public struct Extent: Sendable, Hashable, ExpressibleByIntegerLiteral, CustomStringConvertible {
  /// Rows.
  public var height: Int
  /// Columns.
  public var width: Int

  /// Makes an extent.
  public init(_ height: Int, _ width: Int) {
    self.height = height
    self.width = width
  }

  /// Makes a square extent.
  public init(integerLiteral value: Int) { self.init(value, value) }

  /// Makes a square extent.
  public init(_ both: Int) { self.init(both, both) }

  /// Such as "3x3".
  public var description: String { "\(height)x\(width)" }
}

/// A convolution whose shapes are checked: what oneDNN needs to know of it.
package struct ConvolutionShape: Sendable {
  var key: lb_convolution
  /// Logical shape of the result.
  package let outputShape: [Int]
  let groups: Int

  package init(input: [Int], weight: [Int], bias: [Int]?, _ g: ConvolutionGeometry) {
    precondition(
      input.count == 4 && weight.count == 4,
      "conv2d: an input of \(input) and a weight of \(weight): both need four dimensions")
    let (n, c, h, w) = (input[0], input[1], input[2], input[3])
    let (o, kh, kw) = (weight[0], weight[2], weight[3])
    precondition(
      g.groups > 0 && c % g.groups == 0 && o % g.groups == 0 && weight[1] == c / g.groups,
      "conv2d: an input of \(input) and a weight of \(weight) in \(g.groups) groups: "
        + "the weight needs \(g.groups > 0 ? c / g.groups : 0) input channels")
    precondition(
      g.stride.height > 0 && g.stride.width > 0 && g.dilation.height > 0 && g.dilation.width > 0
        && g.padding.height >= 0 && g.padding.width >= 0,
      "conv2d: stride \(g.stride), padding \(g.padding), dilation \(g.dilation)")
    if let bias {
      precondition(bias == [o], "conv2d: a bias of \(bias) for \(o) output channels")
    }
    let (eh, ew) = (g.dilation.height * (kh - 1) + 1, g.dilation.width * (kw - 1) + 1)
    let (ph, pw) = (h + 2 * g.padding.height, w + 2 * g.padding.width)
    precondition(
      n > 0 && ph >= eh && pw >= ew,
      "conv2d: a filter of \(eh)x\(ew) pixels is larger than the padded image of \(ph)x\(pw), input \(input)"
    )
    let (oh, ow) = ((ph - eh) / g.stride.height + 1, (pw - ew) / g.stride.width + 1)
    key = lb_convolution()
    key.n = Int64(n)
    key.ic = Int64(c)
    key.ih = Int64(h)
    key.iw = Int64(w)
    key.oc = Int64(o)
    key.oh = Int64(oh)
    key.ow = Int64(ow)
    key.kh = Int64(kh)
    key.kw = Int64(kw)
    key.groups = Int64(g.groups)
    key.sh = Int64(g.stride.height)
    key.sw = Int64(g.stride.width)
    key.dh = Int64(g.dilation.height)
    key.dw = Int64(g.dilation.width)
    key.pt = Int64(g.padding.height)
    key.pl = Int64(g.padding.width)
    // What the last position needs, which may be less than the padding asked for.
    key.pb = Int64((oh - 1) * g.stride.height + eh - h - g.padding.height)
    key.pr = Int64((ow - 1) * g.stride.width + ew - w - g.padding.width)
    let isMixed = Compute.precision == .bfloat16
    key.scalar = Int32((isMixed ? LB_SCALAR_BF16 : LB_SCALAR_F32).rawValue)
    key.has_bias = bias == nil ? 0 : 1
    key.winograd = Compute.convolution == .fastest ? 1 : 0
    // Matrix tiles (AMX) are fed with channels last: there, everything stays so, images included.
    let isTiled = isMixed && lb_has_matrix_tiles() && g.groups == 1 && o % 16 == 0
    if isTiled, c % 16 == 0 || c <= 4 {
      key.order = LB_ORDER_CHANNELS_LAST.value
    } else if c <= 4, g.groups == 1 {
      // Elsewhere the stem reads images as they come; everything behind it stays in blocks.
      key.plain_source = 1
    }
    outputShape = [n, o, oh, ow]
    groups = g.groups
  }

  /// The key that asks for Winograd, past oneDNN's own rule; nil where it is not allowed or does not fit:
  /// 3×3 filters, one step, float32.
  var forcedWinograd: lb_convolution? {
    guard
      key.winograd != 0, dtype == .float32, key.kh == 3, key.kw == 3, key.sh == 1, key.sw == 1,
      key.dh == 1, key.dw == 1, key.groups == 1
    else { return nil }
    var wanted = key
    wanted.winograd = 2
    return wanted
  }

  /// The type of images and results.
  var dtype: DType { key.scalar == Int32(LB_SCALAR_BF16.rawValue) ? .bfloat16 : .float32 }

  /// Multiplications and additions of one pass.
  var operations: Double {
    2 * Double(key.n * key.oc * key.oh * key.ow) * Double(key.ic / key.groups * key.kh * key.kw)
  }

  var text: String {
    "a convolution of \(key.n)x\(key.ic)x\(key.ih)x\(key.iw) with \(key.oc) filters of "
      + "\(key.kh)x\(key.kw), stride \(key.sh)x\(key.sw), \(groups) groups"
  }

  func forward() -> Primitive { Primitive(text) { lb_make_convolution_forward(key, $0) } }
  func backwardData() -> Primitive {
    Primitive(text) { lb_make_convolution_backward_data(key, $0) }
  }
  func backwardWeights() -> Primitive {
    if let wanted = forcedWinograd,
      let found = Primitive(make: { lb_make_convolution_backward_weights(wanted, $0) })
    {
      return found
    }
    return Primitive(text) { lb_make_convolution_backward_weights(key, $0) }
  }

  /// The layout of the weights as a tensor of four dimensions has it when it is row-major.
  func plainWeights(_ weight: [Int]) -> Layout {
    groups == 1 ? Layout.plain(weight) : Layout.plain([groups, weight[0] / groups] + weight[1...])
  }

  /// Where weights may live between steps: the forward primitive's layout if others can read it too; in
  /// mixed precision, where weights are float32 and rounded at each use, the layout of their gradient.
  package var homeOfWeights: Layout? {
    guard PointwiseConvolution(self) == nil else { return nil }
    let wanted =
      dtype == .float32
      ? forward().required(LB_ARG_WEIGHTS) : backwardWeights().required(LB_ARG_DIFF_WEIGHTS)
    return groups == 1 && wanted.isBlocked && !wanted.isPlain ? wanted : nil
  }
}

extension lb_order {
  /// As a field of a key holds it.
  var value: Int32 { Int32(rawValue) }
}

extension Tensor {
  /// Slides a bank of filters over a batch of images.
  ///
  ///     y[n, o, i, j] = b[o] + Σ w[o, c, u, v] x[n, c, i·s + u·d − p, j·s + v·d − p]
  ///
  /// - Parameters:
  ///   - weight: Filters, `[outputs, inputs / groups, height, width]`.
  ///   - bias: One number per output channel, or nil.
  ///   - geometry: Stride, padding, dilation, groups.
  /// - Returns: `[batch, outputs, h', w']`, `h' = (h + 2·padding − dilation·(height − 1) − 1) / stride + 1`.
  ///
  /// Differentiable in the images, `weight` and `bias`. Keeps the images and the weights.
  public func conv2d(
    _ weight: Tensor, bias: Tensor? = nil, geometry: ConvolutionGeometry = ConvolutionGeometry()
  ) -> Tensor {
    requireFloatOrBFloat("conv2d")
    weight.requireFloat("conv2d")
    let shape = ConvolutionShape(
      input: self.shape, weight: weight.shape, bias: bias?.shape, geometry)
    let forward = shape.forward()
    let x = reordered(to: forward.required(LB_ARG_SRC)).detached
    let plainWeights = shape.plainWeights(weight.shape)
    let home = weight.layout ?? plainWeights
    let packed = weight.reordered(from: home, to: forward.required(LB_ARG_WEIGHTS))
    let y = Tensor(uninitialized: shape.outputShape, layout: forward.required(LB_ARG_DST))
    var arguments = [
      (LB_ARG_SRC, x.storage.pointer), (LB_ARG_WEIGHTS, packed.storage.pointer),
      (LB_ARG_DST, y.storage.pointer),
    ]
    let b = bias?.rowMajor
    if let b { arguments.append((LB_ARG_BIAS, b.storage.pointer)) }
    forward.execute("conv2d", operations: shape.operations, arguments)

    let (inputShape, inputType, weightShape) = (self.shape, dtype, weight.shape)
    let needs = (needsGradient, weight.needsGradient || (bias?.needsGradient ?? false))
    let w = weight.detached
    return y.recorded("conv2d", from: [self, weight] + (bias.map { [$0] } ?? [])) { dy in
      var gradients: [Tensor?] = [nil, nil]
      if needs.1 {
        let (dw, db) = Tensor.convolutionWeightGradient(x, dy, shape, weightShape, plainWeights)
        gradients[1] = dw
        if let db { gradients.append(db) }
      } else if shape.key.has_bias != 0 {
        gradients.append(nil)
      }
      if needs.0 {
        let dx = Tensor.convolutionInputGradient(w, home, dy, shape, inputShape)
        gradients[0] = dx.converted(to: inputType)
      }
      return gradients
    }
  }

  private static func convolutionWeightGradient(
    _ x: Tensor, _ dy: Tensor, _ shape: ConvolutionShape, _ weightShape: [Int], _ plain: Layout
  ) -> (Tensor, Tensor?) {
    if let pointwise = PointwiseConvolution(shape) { return (pointwise.weightGradient(x, dy), nil) }
    let backward = shape.backwardWeights()
    let source = x.reordered(to: backward.required(LB_ARG_SRC))
    let diff = dy.reordered(to: backward.required(LB_ARG_DIFF_DST))
    let layout = backward.required(LB_ARG_DIFF_WEIGHTS)
    var dw = Tensor(uninitialized: weightShape, layout: layout)
    var arguments = [
      (LB_ARG_SRC, source.storage.pointer), (LB_ARG_DIFF_DST, diff.storage.pointer),
      (LB_ARG_DIFF_WEIGHTS, dw.storage.pointer),
    ]
    var db: Tensor?
    if shape.key.has_bias != 0 {
      let d = Tensor(uninitialized: [weightShape[0]])
      arguments.append((LB_ARG_DIFF_BIAS, d.storage.pointer))
      db = d
    }
    backward.execute("conv2d.weight", operations: shape.operations, arguments)
    if shape.groups > 1 {
      dw = dw.reordered(from: layout, to: plain)
      dw.layout = nil
    }
    return (dw, db)
  }

  private static func convolutionInputGradient(
    _ w: Tensor, _ home: Layout, _ dy: Tensor, _ shape: ConvolutionShape, _ inputShape: [Int]
  ) -> Tensor {
    if let pointwise = PointwiseConvolution(shape) {
      return pointwise.inputGradient(w.reordered(from: home, to: shape.plainWeights(w.shape)), dy)
    }
    let backward = shape.backwardData()
    let packed = w.reordered(from: home, to: backward.required(LB_ARG_WEIGHTS))
    let diff = dy.reordered(to: backward.required(LB_ARG_DIFF_DST))
    let dx = Tensor(uninitialized: inputShape, layout: backward.required(LB_ARG_DIFF_SRC))
    backward.execute(
      "conv2d.input", operations: shape.operations,
      [
        (LB_ARG_WEIGHTS, packed.storage.pointer), (LB_ARG_DIFF_DST, diff.storage.pointer),
        (LB_ARG_DIFF_SRC, dx.storage.pointer),
      ])
    return dx
  }
}
