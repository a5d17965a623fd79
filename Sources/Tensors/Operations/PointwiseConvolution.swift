import CKernels
import COneDNN

/// Gradients of a 1×1 convolution of channels-last images, as matrix products.
///
///     dW[o, c] = Σ_pixels dy[pixel, o] x[pixel, c];   dx[pixel, c] = Σ_o dy[pixel, o] W[o, c]
///
/// On processors with matrix tiles (AMX), oneDNN's own kernels take up to five times as long.
struct PointwiseConvolution {
  private let shape: ConvolutionShape
  private let grid: lb_pixel_grid
  private var isStrided: Bool { grid.rows_step > 1 || grid.columns_step > 1 }
  private var batch: Int { grid.images }
  private var inputs: Int { Int(shape.key.ic) }
  private var outputs: Int { Int(shape.key.oc) }

  /// - Returns: nil for any other convolution.
  init?(_ shape: ConvolutionShape) {
    let key = shape.key
    guard
      key.order == LB_ORDER_CHANNELS_LAST.value, key.kh == 1, key.kw == 1, key.pt == 0, key.pl == 0,
      key.has_bias == 0
    else { return nil }
    self.shape = shape
    grid = lb_pixel_grid(
      images: Int(key.n), height: Int(key.ih), width: Int(key.iw), rows_step: Int(key.sh),
      columns_step: Int(key.sw), out_height: Int(key.oh), out_width: Int(key.ow),
      bytes: Int(key.ic) * shape.dtype.byteCount)
  }

  /// The gradient of the filters, `[outputs, inputs, 1, 1]`, row-major.
  func weightGradient(_ x: Tensor, _ dy: Tensor) -> Tensor {
    let pixels = subsampled(x)
    let rows = dy.reordered(to: layout(outputs, at: (grid.out_height, grid.out_width)))
    let product = lb_row_product(
      rows: Int64(batch * grid.out_height * grid.out_width), outputs: shape.key.oc,
      inputs: shape.key.ic, scalar: Int64(shape.key.scalar))
    let multiply = Primitive("a product of \(product.rows) rows") {
      lb_make_row_product(product, $0)
    }
    let dw = Tensor(uninitialized: [outputs, inputs, 1, 1])
    multiply.execute(
      "conv2d.weight", operations: shape.operations,
      [
        (LB_ARG_SRC, rows.storage.pointer), (LB_ARG_WEIGHTS, pixels.storage.pointer),
        (LB_ARG_DST, dw.storage.pointer),
      ])
    return dw
  }

  /// The gradient of the images, channels-last: a convolution with transposed filters.
  ///
  /// - Parameters:
  ///   - weight: `[outputs, inputs, 1, 1]`, row-major.
  ///   - dy: The gradient of the output.
  /// - Returns: `[batch, inputs, height, width]`.
  func inputGradient(_ weight: Tensor, _ dy: Tensor) -> Tensor {
    var key = shape.key
    swap(&key.ic, &key.oc)
    (key.ih, key.iw, key.sh, key.sw, key.pb, key.pr) = (key.oh, key.ow, 1, 1, 0, 0)
    let forward = Primitive(shape.text) { lb_make_convolution_forward(key, $0) }
    let filters = weight.reordered(
      from: Layout.transposedFilters(weight.shape), to: forward.required(LB_ARG_WEIGHTS))
    let rows = dy.reordered(to: forward.required(LB_ARG_SRC))
    let pixels = Tensor(
      uninitialized: [batch, inputs, grid.out_height, grid.out_width],
      layout: forward.required(LB_ARG_DST))
    forward.execute(
      "conv2d.input", operations: shape.operations,
      [
        (LB_ARG_SRC, rows.storage.pointer), (LB_ARG_WEIGHTS, filters.storage.pointer),
        (LB_ARG_DST, pixels.storage.pointer),
      ])
    guard isStrided else { return pixels }
    let dx = Tensor(
      uninitialized: [batch, inputs, grid.height, grid.width],
      layout: layout(inputs, at: (grid.height, grid.width)))
    Profiler.measure("scatter") {
      lb_scatter_pixels(grid, pixels.storage.pointer, dx.storage.pointer)
    }
    return dx
  }

  private func subsampled(_ x: Tensor) -> Tensor {
    let x = x.reordered(to: layout(inputs, at: (grid.height, grid.width)))
    guard isStrided else { return x }
    let pixels = Tensor(
      uninitialized: [batch, inputs, grid.out_height, grid.out_width],
      layout: layout(inputs, at: (grid.out_height, grid.out_width)))
    Profiler.measure("gather") { lb_gather_pixels(grid, x.storage.pointer, pixels.storage.pointer) }
    return pixels
  }

  private func layout(_ channels: Int, at extent: (Int, Int)) -> Layout {
    let image = [batch, channels, extent.0, extent.1]
    guard let layout = Layout.inChannelBlocks(of: channels, image, shape.dtype) else {
      fatalError("oneDNN has no channels-last layout of \(image)")
    }
    return layout
  }
}
