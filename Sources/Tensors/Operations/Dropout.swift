import CKernels

extension Tensor {
  /// Zeroes each scalar with probability `p` and scales the rest by `1 / (1 - p)`.
  ///
  /// - Parameters:
  ///   - p: Probability of zero, from 0 to 1.
  ///   - random: The source that decides, one draw per scalar; the same state gives the same mask.
  /// - Returns: A tensor of the same shape; itself if `p` is 0.
  ///
  /// `dx` is `dy` under the same mask and scale. Keeps one byte per scalar.
  /// Reference: Srivastava et al., "Dropout", JMLR 15 (2014).
  public func dropout(_ p: Double, random: inout RandomSource) -> Tensor {
    precondition((0...1).contains(p), "a dropout probability lies between 0 and 1, not \(p)")
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
