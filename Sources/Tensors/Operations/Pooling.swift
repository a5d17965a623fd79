import COneDNN

extension Tensor {
  func pooled(_ g: PoolingGeometry, maximum: Bool, _ name: String) -> Tensor {
    precondition(rank == 4, "\(name): needs [batch, channels, height, width], not \(shape)")
    precondition(
      dtype == .float32 || dtype == .bfloat16,
      "\(name) needs float32 or bfloat16, not \(dtype.rawValue)")
    let (h, w) = (shape[2], shape[3])
    precondition(
      g.kernelSize.height > 0 && g.kernelSize.width > 0 && g.stride.height > 0 && g.stride.width > 0
        && g.padding.height * 2 <= g.kernelSize.height && g.padding.width * 2 <= g.kernelSize.width
        && h > 0 && w > 0,
      "\(name): a window of \(g.kernelSize), stride \(g.stride), padding \(g.padding) does not fit "
        + "an input of \(shape)")
    let oh = g.windows(h, g.kernelSize.height, g.stride.height, g.padding.height)
    let ow = g.windows(w, g.kernelSize.width, g.stride.width, g.padding.width)
    precondition(
      oh > 0 && ow > 0,
      "\(name): a window of \(g.kernelSize), stride \(g.stride), padding \(g.padding) does not fit "
        + "an input of \(shape)")
    if maximum, let result = maxPooledInBlocks(g, Extent(oh, ow), name) { return result }
    if dtype == .bfloat16, !Compute.supportsBFloat16 {
      return converted(to: .float32).pooled(g, maximum: maximum, name).converted(to: .bfloat16)
    }
    var key = lb_pooling()
    key.source = oneDNNLayout.address
    key.oh = Int64(oh)
    key.ow = Int64(ow)
    key.kh = Int64(g.kernelSize.height)
    key.kw = Int64(g.kernelSize.width)
    key.sh = Int64(g.stride.height)
    key.sw = Int64(g.stride.width)
    key.pt = Int64(g.padding.height)
    key.pl = Int64(g.padding.width)
    key.pb = Int64((oh - 1) * g.stride.height + g.kernelSize.height - h - g.padding.height)
    key.pr = Int64((ow - 1) * g.stride.width + g.kernelSize.width - w - g.padding.width)
    key.maximum = maximum ? 1 : 0
    key.include_padding = g.countsPadding ? 1 : 0
    key.training = needsGradient ? 1 : 0
    let text = "\(name) of \(shape)"
    let forward = Primitive(text) { lb_make_pooling_forward(key, $0) }
    let x = detached
    let y = Tensor(
      uninitialized: [shape[0], shape[1], oh, ow], layout: forward.required(LB_ARG_DST))
    var arguments = [(LB_ARG_SRC, x.storage.pointer), (LB_ARG_DST, y.storage.pointer)]
    let workspace = forward.layout(LB_ARG_WORKSPACE).map { Storage(byteCount: $0.byteCount) }
    if let workspace { arguments.append((LB_ARG_WORKSPACE, workspace.pointer)) }
    forward.execute("pool2d", arguments)
    let inputShape = shape
    return y.recorded(name, from: [self]) { [key] dy in
      let backward = Primitive(text) { lb_make_pooling_backward(key, $0) }
      let diff = dy.reordered(to: backward.required(LB_ARG_DIFF_DST))
      let dx = Tensor(uninitialized: inputShape, layout: backward.required(LB_ARG_DIFF_SRC))
      var arguments = [
        (LB_ARG_DIFF_DST, diff.storage.pointer), (LB_ARG_DIFF_SRC, dx.storage.pointer),
      ]
      if let workspace { arguments.append((LB_ARG_WORKSPACE, workspace.pointer)) }
      backward.execute("pool2d", arguments)
      return [dx]
    }
  }

  /// Max pooling (`F.max_pool2d`); of equal values the first one gets the gradient.
  ///
  /// - Parameters:
  ///   - kernelSize: Size of a window.
  ///   - stride: Distance of two windows. Default: the kernel size.
  ///   - padding: Padding with minus infinity on both sides.
  ///   - ceilMode: Keep a last window that exceeds the image (`ceil_mode`).
  /// - Returns: `[batch, channels, h', w']`. This tensor is `[batch, channels, height, width]`.
  public func maxPool2d(
    kernelSize: Extent, stride: Extent? = nil, padding: Extent = 0, ceilMode: Bool = false
  ) -> Tensor {
    maxPool2d(
      PoolingGeometry(
        kernelSize: kernelSize, stride: stride, padding: padding, ceilMode: ceilMode))
  }

  /// Average pooling (`F.avg_pool2d`).
  ///
  /// - Parameters:
  ///   - kernelSize: Size of a window.
  ///   - stride: Distance of two windows. Default: the kernel size.
  ///   - padding: Padding with zeros on both sides.
  ///   - ceilMode: Keep a last window that exceeds the image (`ceil_mode`).
  ///   - countsPadding: Include the padding in the average (`count_include_pad`).
  /// - Returns: `[batch, channels, h', w']`. This tensor is `[batch, channels, height, width]`.
  public func avgPool2d(
    kernelSize: Extent, stride: Extent? = nil, padding: Extent = 0, ceilMode: Bool = false,
    countsPadding: Bool = true
  ) -> Tensor {
    avgPool2d(
      PoolingGeometry(
        kernelSize: kernelSize, stride: stride, padding: padding, ceilMode: ceilMode,
        countsPadding: countsPadding))
  }

  /// `maxPool2d(kernelSize:stride:padding:ceilMode:)` with a geometry.
  package func maxPool2d(_ geometry: PoolingGeometry) -> Tensor {
    pooled(geometry, maximum: true, "maxPool2d")
  }

  /// `avgPool2d(kernelSize:stride:padding:ceilMode:countsPadding:)` with a geometry.
  package func avgPool2d(_ geometry: PoolingGeometry) -> Tensor {
    // oneDNN divides by every tap of a window that exceeds the image; PyTorch by those within the padding.
    if geometry.ceilMode, geometry.countsPadding {
      return converted(to: .float32).averagedByWindows(geometry)
    }
    return pooled(geometry, maximum: false, "avgPool2d")
  }

  private func averagedByWindows(_ g: PoolingGeometry) -> Tensor {
    let sum = pooled(
      PoolingGeometry(
        kernelSize: g.kernelSize, stride: g.stride, padding: g.padding, ceilMode: true,
        countsPadding: false), maximum: false, "avgPool2d")
    // The average over the taps inside the image, times the fraction of counted taps that are inside.
    func fractions(_ windows: Int, _ length: Int, _ kernel: Int, _ stride: Int, _ padding: Int)
      -> [Float]
    {
      (0..<windows).map { i in
        let start = i * stride - padding
        let counted = Swift.min(start + kernel, length + padding) - start
        let inside = Swift.min(start + kernel, length) - Swift.max(start, 0)
        return Float(inside) / Float(counted)
      }
    }
    let rows = fractions(
      sum.shape[2], shape[2], g.kernelSize.height, g.stride.height, g.padding.height)
    let columns = fractions(
      sum.shape[3], shape[3], g.kernelSize.width, g.stride.width, g.padding.width)
    let factor = Tensor(rows, shape: [rows.count, 1]) * Tensor(columns, shape: [1, columns.count])
    return sum * factor
  }
}
