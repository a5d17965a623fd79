import CKernels

extension Tensor {
  /// Multiplies every channel of every image by its own factor.
  ///
  ///     y[n, c, i, j] = x[n, c, i, j] f[n, c];   df[n, c] = Σ dy[n, c, i, j] x[n, c, i, j]
  ///
  /// Equal to `*` with broadcasting, but keeps the physical layout of the images. In bfloat16 the product
  /// is computed in float32 and rounded once.
  ///
  /// - Parameter factors: float32, `[batch, channels, 1, 1]`.
  /// - Returns: A tensor of the same shape and type.
  /// - Precondition: The images are `[batch, channels, height, width]`.
  ///
  /// Differentiable in both; saves both.
  package func scalingChannels(by factors: Tensor) -> Tensor {
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
  /// The images times one factor per plane and position in the block.
  fileprivate func scaled(_ images: Tensor, by factors: Tensor) -> Tensor {
    let y = uninitialized(images.shape)
    let pixels = planeCount / block
    lb_binary_broadcast(
      LB_MULTIPLY, 3, [planes, pixels, block], images.floats, [planeCount, block, 1],
      factors.floats, [block, 0, 1], y.floats)
    return y
  }

  /// The products with other images, summed over the pixels of each channel.
  fileprivate func summedProducts(_ other: Tensor, like factors: Tensor) -> Tensor {
    let products = uninitialized(other.shape)
    lb_binary_same(
      LB_MULTIPLY, tensor.floats, other.floats, products.floats, planes * planeCount)
    let sums = Tensor(uninitialized: factors.shape, layout: factors.oneDNNLayout)
    lb_sum(products.floats, planes, planeCount / block, block, sums.floats)
    return sums
  }
}
