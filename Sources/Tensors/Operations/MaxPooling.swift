import CKernels

extension Tensor {
  /// Max pooling of images whose channel block is a multiple of 16; nil for any other layout.
  ///
  /// Takes half the time of oneDNN. Backward is one pass that writes each element once.
  func maxPooledInBlocks(_ g: PoolingGeometry, _ out: Extent, _ name: String) -> Tensor? {
    guard let block = layout?.channelBlock, block % 16 == 0,
      g.kernelSize.height * g.kernelSize.width <= 256
    else { return nil }
    let x = channelBlocks
    let windows = lb_max_pool(
      planes: x.planes, height: shape[2], width: shape[3], inner: block, out_height: out.height,
      out_width: out.width, rows: g.kernelSize.height, columns: g.kernelSize.width,
      rows_step: g.stride.height, columns_step: g.stride.width, top: g.padding.height,
      left: g.padding.width, bf16: dtype == .bfloat16)
    let y = x.uninitialized([shape[0], shape[1], out.height, out.width])
    let taps = needsGradient ? Storage(byteCount: y.physicalCount) : nil
    Profiler.measure("pool2d") {
      lb_max_pool_forward(windows, x.tensor.storage.pointer, y.storage.pointer, taps?.bytes)
    }
    let (inputShape, inputLayout) = (shape, oneDNNLayout)
    return y.recorded(name, from: [self]) { [outputLayout = y.oneDNNLayout] dy in
      let dx = Tensor(uninitialized: inputShape, layout: inputLayout)
      guard let taps else { return [nil] }
      let diff = dy.reordered(to: outputLayout)
      Profiler.measure("pool2d") {
        lb_max_pool_backward(windows, diff.storage.pointer, taps.bytes, dx.storage.pointer)
      }
      return [dx]
    }
  }
}
