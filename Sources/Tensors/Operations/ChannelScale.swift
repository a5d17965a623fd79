import CKernels

extension Tensor {
  /// Every channel of every image times a number of its own.
  ///
  ///     y[n, c, i, j] = x[n, c, i, j] f[n, c];   df[n, c] = Σ dy[n, c, i, j] x[n, c, i, j]
  ///
  /// What `*` with broadcasting gives, but in whatever order of channel blocks the images are in: nothing
  /// is reordered. In bfloat16 the product is computed in float32 and rounded once.
  ///
  /// - Parameter factors: float32, `[batch, channels, 1, 1]`.
  /// - Returns: A tensor of this one's shape and type.
  /// - Precondition: `[batch, channels, height, width]` with the batch and channels of `factors`.
  ///
  /// Differentiable in both. Keeps the images and the factors.
  public func scalingChannels(by factors: Tensor) -> Tensor {
    precondition(
      rank == 4 && factors.shape == [shape[0], shape[1], 1, 1],
      "scalingChannels: factors of \(factors.shape) for images of \(shape)")
    if dtype == .bfloat16 {
      return converted(to: .float32).scalingChannels(by: factors).converted(to: .bfloat16)
    }
    requireFloat("scalingChannels")
    factors.requireFloat("scalingChannels")
    let x = channelBlocks
    let inBlocks = x.block > 1 ? factors.inChannelBlocks(of: x.block) : factors.rowMajor
    let needs = (images: needsGradient, factors: factors.needsGradient)
    let y = Profiler.measure("scalingChannels") { x.scaled(x.tensor, by: inBlocks) }
    let f = inBlocks.detached
    return y.recorded("scalingChannels", from: [self, factors]) { dy in
      Profiler.measure("scalingChannels") {
        let dy = dy.detached.reordered(to: x.tensor.oneDNNLayout)
        return [
          needs.images ? x.scaled(dy, by: f) : nil,
          needs.factors ? x.summedProducts(dy, like: f) : nil,
        ]
      }
    }
  }
}

extension Tensor.ChannelBlocks {
  /// These planes, or others in their order, times one number per plane and place in the block.
  fileprivate func scaled(_ images: Tensor, by factors: Tensor) -> Tensor {
    let y = uninitialized(images.shape)
    let pixels = planeCount / block
    lb_binary_broadcast(
      LB_MULTIPLY, 3, [planes, pixels, block], images.floats, [planeCount, block, 1],
      factors.floats, [block, 0, 1], y.floats)
    return y
  }

  /// The sum over each channel's pixels of the products with other images.
  fileprivate func summedProducts(_ other: Tensor, like factors: Tensor) -> Tensor {
    let products = uninitialized(other.shape)
    lb_binary_same(
      LB_MULTIPLY, tensor.floats, other.floats, products.floats, planes * planeCount)
    let sums = Tensor(uninitialized: factors.shape, layout: factors.oneDNNLayout)
    lb_sum(products.floats, planes, planeCount / block, block, sums.floats)
    return sums
  }
}
