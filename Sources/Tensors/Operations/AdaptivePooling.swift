import CKernels

extension Tensor {
  /// Average pooling to a given output size (`F.adaptive_avg_pool2d`).
  ///
  /// - Returns: `[batch, channels, size.height, size.width]`.
  public func adaptiveAvgPool2d(_ size: Extent = 1) -> Tensor {
    adaptivelyPooled(size, maximum: false, "adaptiveAvgPool2d")
  }

  /// Max pooling to a given output size (`F.adaptive_max_pool2d`).
  ///
  /// - Returns: `[batch, channels, size.height, size.width]`.
  public func adaptiveMaxPool2d(_ size: Extent = 1) -> Tensor {
    adaptivelyPooled(size, maximum: true, "adaptiveMaxPool2d")
  }

  /// The channels of adaptive max and average pooling (fastai's `AdaptiveConcatPool2d`).
  package func adaptiveConcatPool2d(_ size: Extent = 1) -> Tensor {
    Tensor.concatenated([adaptiveMaxPool2d(size), adaptiveAvgPool2d(size)], axis: 1)
  }

  private func adaptivelyPooled(_ size: Extent, maximum: Bool, _ name: String) -> Tensor {
    precondition(
      rank == 4 && shape[2] > 0 && shape[3] > 0 && size.height > 0 && size.width > 0,
      "\(name): an input of \(shape) for an output size of \(size)")
    // Pool in float32 and round once.
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
