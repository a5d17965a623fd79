import CKernels

extension Tensor {
  /// Zeroes each element with probability `p` and scales the others by `1 / (1 - p)` (`F.dropout`).
  ///
  /// - Parameters:
  ///   - p: Probability in 0...1.
  ///   - random: The source of the mask, one output per element; equal states give equal masks.
  /// - Returns: A tensor of the same shape; the tensor itself if `p` is 0.
  ///
  /// Differentiable; saves one byte per element.
  /// Reference: Srivastava et al., "Dropout", JMLR 15 (2014).
  public func dropout(_ p: Double, random: inout RandomSource) -> Tensor {
    precondition((0...1).contains(p), "dropout: the probability must be in 0...1, got \(p)")
    guard p > 0 else { return self }
    requireFloat("dropout")
    let mask = Tensor(uninitialized: shape, dtype: .uint8)
    lb_dropout_mask(random.skip(count), p, mask.storage.bytes, count)
    let scale = p < 1 ? 1 / (1 - p) : 0
    return masked(mask, scale).recorded("dropout", from: [self]) { dy in [dy.masked(mask, scale)] }
  }

  private func masked(_ mask: Tensor, _ scale: Double) -> Tensor {
    let x = rowMajor
    let y = Tensor(uninitialized: shape)
    lb_mask_scale(x.floats, mask.storage.bytes, scale, y.floats, count)
    return y
  }
}
