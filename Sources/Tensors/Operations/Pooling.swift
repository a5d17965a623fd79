import CKernels
import COneDNN

/// The window of a pooling operation.
public struct PoolingGeometry: Sendable, Hashable {
  /// Rows and columns that are pooled into one.
  public var kernelSize: Extent
  /// Pixels between two windows.
  public var stride: Extent
  /// Pixels of margin on each side: minus infinity for maxima, zero for means.
  public var padding: Extent
  /// Keep the last window where it hangs over the edge.
  public var ceilMode: Bool
  /// Means only: count the margin's zeros.
  public var countsPadding: Bool

  /// Makes a geometry; the stride is the kernel's size unless given.
  public init(
    kernelSize: Extent, stride: Extent? = nil, padding: Extent = 0, ceilMode: Bool = false,
    countsPadding: Bool = true
  ) {
    self.kernelSize = kernelSize
    self.stride = stride ?? kernelSize
    self.padding = padding
    self.ceilMode = ceilMode
    self.countsPadding = countsPadding
  }

  /// Windows along a dimension, by PyTorch's rule: none may start in the right-hand margin.
  func windows(_ length: Int, _ kernel: Int, _ stride: Int, _ padding: Int) -> Int {
    let span = length + 2 * padding - kernel + (ceilMode ? stride - 1 : 0)
    guard span >= 0 else { return 0 }
    var count = span / stride + 1
    if ceilMode, (count - 1) * stride >= length + padding { count -= 1 }
    return count
  }
}

extension Tensor {
  private func pooled(_ g: PoolingGeometry, maximum: Bool, _ name: String) -> Tensor {
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
    if maximum, let result = maximaInBlocks(g, Extent(oh, ow), name) { return result }
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

  /// The largest value of each window; among equals the first in row-major order gets the gradient.
  ///
  /// - Returns: `[batch, channels, h', w']`.
  public func maxPool2d(_ geometry: PoolingGeometry) -> Tensor {
    pooled(geometry, maximum: true, "maxPool2d")
  }

  /// The mean of each window.
  ///
  /// - Returns: `[batch, channels, h', w']`.
  public func avgPool2d(_ geometry: PoolingGeometry) -> Tensor {
    // oneDNN counts every tap of an overhanging window; PyTorch counts those within the margin.
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
    // The mean over taps inside the image, times the share of the counted taps that are inside.
    func shares(_ windows: Int, _ length: Int, _ kernel: Int, _ stride: Int, _ padding: Int)
      -> [Float]
    {
      (0..<windows).map { i in
        let start = i * stride - padding
        let counted = Swift.min(start + kernel, length + padding) - start
        let inside = Swift.min(start + kernel, length) - Swift.max(start, 0)
        return Float(inside) / Float(counted)
      }
    }
    let rows = shares(
      sum.shape[2], shape[2], g.kernelSize.height, g.stride.height, g.padding.height)
    let columns = shares(
      sum.shape[3], shape[3], g.kernelSize.width, g.stride.width, g.padding.width)
    let factor = Tensor(rows, shape: [rows.count, 1]) * Tensor(columns, shape: [1, columns.count])
    return sum * factor
  }

  /// Means over windows that divide the image into `size` parts.
  ///
  /// - Returns: `[batch, channels, size.height, size.width]`.
  public func adaptiveAvgPool2d(_ size: Extent = 1) -> Tensor {
    adaptivelyPooled(size, maximum: false, "adaptiveAvgPool2d")
  }

  /// Maxima over windows that divide the image into `size` parts.
  public func adaptiveMaxPool2d(_ size: Extent = 1) -> Tensor {
    adaptivelyPooled(size, maximum: true, "adaptiveMaxPool2d")
  }

  /// Maxima, then means, as twice the channels: fastai's head begins with it.
  public func adaptiveConcatPool2d(_ size: Extent = 1) -> Tensor {
    Tensor.concatenated([adaptiveMaxPool2d(size), adaptiveAvgPool2d(size)], axis: 1)
  }

  private func adaptivelyPooled(_ size: Extent, maximum: Bool, _ name: String) -> Tensor {
    precondition(
      rank == 4 && shape[2] > 0 && shape[3] > 0 && size.height > 0 && size.width > 0,
      "\(name): an input of \(shape) into \(size) parts")
    // What is pooled away is not rounded twice.
    if dtype == .bfloat16 {
      return converted(to: .float32).adaptivelyPooled(size, maximum: maximum, name)
    }
    requireFloat("adaptive pooling")
    let (h, w) = (shape[2], shape[3])
    if size == 1, h > 1 || w > 1 {
      return pooled(
        PoolingGeometry(kernelSize: Extent(h, w), countsPadding: false), maximum: maximum, name)
    }
    let planes = shape[0] * shape[1]
    let x = rowMajor.detached
    let y = Tensor(uninitialized: [shape[0], shape[1], size.height, size.width])
    let inputShape = shape
    if maximum {
      let index = Tensor(uninitialized: y.shape, dtype: .int32)
      let at = index.storage.pointer.assumingMemoryBound(to: Int32.self)
      lb_adaptive_max(x.floats, planes, h, w, size.height, size.width, y.floats, at)
      return y.recorded(name, from: [self]) { dy in
        let dx = Tensor(uninitialized: inputShape)
        lb_adaptive_max_backward(
          dy.rowMajor.floats, index.storage.pointer.assumingMemoryBound(to: Int32.self), planes, h,
          w,
          size.height, size.width, dx.floats)
        return [dx]
      }
    }
    lb_adaptive_average(x.floats, planes, h, w, size.height, size.width, y.floats)
    return y.recorded(name, from: [self]) { dy in
      let dx = Tensor(uninitialized: inputShape)
      lb_adaptive_average_backward(
        dy.rowMajor.floats, planes, h, w, size.height, size.width, dx.floats)
      return [dx]
    }
  }
}
