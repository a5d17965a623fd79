import COneDNN

extension Tensor {
  /// Two-dimensional convolution (`F.conv2d`).
  ///
  ///     y[n, o, i, j] = b[o] + Σ w[o, c, u, v] x[n, c, i·s + u·d − p, j·s + v·d − p]
  ///
  /// - Parameters:
  ///   - weight: Filters, `[outputs, inputs / groups, height, width]`.
  ///   - bias: `[outputs]`. Default: none.
  ///   - stride: Distance of two filter positions.
  ///   - padding: Zeros on both sides of the image.
  ///   - dilation: Distance of two filter taps.
  ///   - groups: Number of groups that the channels are divided into.
  /// - Returns: `[batch, outputs, h', w']`, `h' = (h + 2·padding − dilation·(height − 1) − 1) / stride + 1`.
  ///
  /// Differentiable in the images, `weight` and `bias`. Saves images and weights.
  public func conv2d(
    _ weight: Tensor, bias: Tensor? = nil, stride: Extent = 1, padding: Extent = 0,
    dilation: Extent = 1, groups: Int = 1
  ) -> Tensor {
    conv2d(
      weight, bias: bias,
      geometry: ConvolutionGeometry(
        stride: stride, padding: padding, dilation: dilation, groups: groups))
  }

  /// `conv2d(_:bias:stride:padding:dilation:groups:)` with a geometry.
  package func conv2d(
    _ weight: Tensor, bias: Tensor? = nil, geometry: ConvolutionGeometry
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
