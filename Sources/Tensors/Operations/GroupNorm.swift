import CKernels

extension Tensor {
  /// Normalizes each group of channels of each item over its pixels (`F.group_norm`).
  ///
  ///     y = (x − mean) / √(variance + ε) · scale + shift
  ///
  /// - Parameters:
  ///   - groups: Number of groups (`num_groups`); one group per channel is instance norm.
  ///   - scale: `[channels]` (`weight`). Default: 1.
  ///   - shift: `[channels]` (`bias`). Default: 0.
  ///   - epsilon: Added to the biased variance (`eps`).
  /// - Returns: A tensor of the shape of the input, `[batch, channels, …]`.
  ///
  /// Differentiable in the input, `scale` and `shift`. Saves the input, and mean and deviation per group.
  /// Reference: Wu and He, arXiv:1803.08494.
  public func groupNorm(
    groups: Int, scale: Tensor? = nil, shift: Tensor? = nil, epsilon: Float = 1e-5
  ) -> Tensor {
    precondition(
      rank >= 2 && groups > 0 && shape[1] % groups == 0,
      "groupNorm: \(groups) groups do not divide the channels of \(shape): "
        + "needs [batch, channels, …]")
    precondition(
      (scale?.shape ?? [shape[1]]) == [shape[1]] && (shift?.shape ?? [shape[1]]) == [shape[1]],
      "groupNorm: an input of \(shape) with scale \(scale?.shape ?? []) and shift "
        + "\(shift?.shape ?? [])")
    let form = lb_norm(
      rows: shape[0] * groups, groups: groups, channels: shape[1] / groups,
      pixels: shape[2...].reduce(1, *))
    return normalized(form, scale: scale, shift: shift, epsilon: epsilon, "groupNorm")
  }
}
