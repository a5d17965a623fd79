import CKernels

extension Tensor {
  /// Blurs images with a binomial filter and subsamples them by `stride`.
  ///
  ///     y[n, c, i, j] = Σ b[u] b[v] x[n, c, i·s + u − p, j·s + v − p],   b[u] = C(f − 1, u) / 2^(f − 1)
  ///
  /// The padding `p = (s + f − 2) / 2` reflects the image at the centers of its border pixels. Keeps the
  /// physical layout.
  ///
  /// - Parameters:
  ///   - filterSize: Rows and columns of the filter, 2 to 8; 3 is the outer product of [1, 2, 1] / 4.
  ///   - stride: Subsampling factor.
  /// - Returns: `[batch, channels, h', w']`, `h' = (height + 2·p − filterSize) / stride + 1`.
  /// - Precondition: The input is `[batch, channels, height, width]`, larger than `p`.
  ///
  /// Differentiable; saves nothing.
  /// Reference: Zhang, arXiv:1904.11486.
  package func blurPool2d(filterSize: Int = 3, stride: Int = 2) -> Tensor {
    if dtype == .bfloat16 {
      return converted(to: .float32).blurPool2d(filterSize: filterSize, stride: stride)
        .converted(to: .bfloat16)
    }
    requireFloat("blurPool2d")
    precondition(rank == 4, "blurPool2d: needs [batch, channels, height, width], not \(shape)")
    precondition(
      (2...8).contains(filterSize) && stride > 0,
      "blurPool2d: needs a filter size of 2 to 8 and a positive stride, got \(filterSize) and \(stride)"
    )
    let (h, w) = (shape[2], shape[3])
    let padding = (stride + filterSize - 2) / 2
    precondition(
      h > padding && w > padding && h + 2 * padding >= filterSize && w + 2 * padding >= filterSize,
      "blurPool2d: a reflection padding of \(padding) does not fit an input of \(shape)")
    let x = channelBlocks
    var blur = lb_blur()
    blur.planes = x.planes
    blur.height = h
    blur.width = w
    blur.inner = x.block
    blur.out_height = (h + 2 * padding - filterSize) / stride + 1
    blur.out_width = (w + 2 * padding - filterSize) / stride + 1
    blur.taps = filterSize
    blur.stride = stride
    blur.padding = padding
    let y = x.uninitialized([shape[0], shape[1], blur.out_height, blur.out_width])
    lb_blur_forward(blur, x.tensor.floats, y.floats)
    let (inputShape, inputLayout) = (shape, x.tensor.oneDNNLayout)
    return y.recorded("blurPool2d", from: [self]) { [blur, outputLayout = y.oneDNNLayout] dy in
      let dy = dy.reordered(to: outputLayout)
      let dx = Tensor(uninitialized: inputShape, layout: inputLayout)
      lb_blur_backward(blur, dy.floats, dx.floats)
      return [dx]
    }
  }
}
