import COneDNN

/// The validated shapes of a convolution, and its oneDNN primitives.
package struct ConvolutionShape: Sendable {
  var key: lb_convolution
  /// Shape of the output.
  package let outputShape: [Int]
  let groups: Int

  package init(input: [Int], weight: [Int], bias: [Int]?, _ g: ConvolutionGeometry) {
    precondition(
      input.count == 4 && weight.count == 4,
      "conv2d: an input of \(input) and a weight of \(weight): needs four dimensions each")
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
      "conv2d: a kernel of \(eh)x\(ew) is larger than the padded image of \(ph)x\(pw), input \(input)"
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
    // The padding that the last position uses, which may be less than the requested padding.
    key.pb = Int64((oh - 1) * g.stride.height + eh - h - g.padding.height)
    key.pr = Int64((ow - 1) * g.stride.width + ew - w - g.padding.width)
    let isMixed = Compute.precision == .bfloat16
    key.scalar = Int32((isMixed ? LB_SCALAR_BF16 : LB_SCALAR_F32).rawValue)
    key.has_bias = bias == nil ? 0 : 1
    key.winograd = Compute.convolution == .fastest ? 1 : 0
    // With matrix tiles (AMX) all images are channels-last, including the input of the network.
    let isTiled = isMixed && lb_has_matrix_tiles() && g.groups == 1 && o % 16 == 0
    if isTiled, c % 16 == 0 || c <= 4 {
      key.order = LB_ORDER_CHANNELS_LAST.value
    } else if c <= 4, g.groups == 1 {
      // Otherwise the stem reads row-major images; all later layers use channel blocks.
      key.plain_source = 1
    }
    outputShape = [n, o, oh, ow]
    groups = g.groups
  }

  /// The key that requires Winograd, overriding oneDNN's heuristic; nil if it is not applicable.
  ///
  /// Winograd needs 3×3 filters, stride 1 and float32.
  var forcedWinograd: lb_convolution? {
    guard
      key.winograd != 0, dtype == .float32, key.kh == 3, key.kw == 3, key.sh == 1, key.sw == 1,
      key.dh == 1, key.dw == 1, key.groups == 1
    else { return nil }
    var wanted = key
    wanted.winograd = 2
    return wanted
  }

  /// Type of the input and output images.
  var dtype: DType { key.scalar == Int32(LB_SCALAR_BF16.rawValue) ? .bfloat16 : .float32 }

  /// Floating-point operations of one pass.
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

  /// The row-major layout of the weights.
  func plainWeights(_ weight: [Int]) -> Layout {
    groups == 1 ? Layout.plain(weight) : Layout.plain([groups, weight[0] / groups] + weight[1...])
  }

  /// The layout in which weights are stored between steps; nil for row-major.
  ///
  /// That of the forward primitive if other primitives can read it. In mixed precision that of the
  /// gradient, since weights are float32 and rounded at each use.
  package var storedWeightLayout: Layout? {
    guard PointwiseConvolution(self) == nil else { return nil }
    let wanted =
      dtype == .float32
      ? forward().required(LB_ARG_WEIGHTS) : backwardWeights().required(LB_ARG_DIFF_WEIGHTS)
    return groups == 1 && wanted.isBlocked && !wanted.isPlain ? wanted : nil
  }
}

extension lb_order {
  /// The value as a field of `lb_convolution`.
  var value: Int32 { Int32(rawValue) }
}
