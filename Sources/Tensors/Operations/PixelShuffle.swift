extension Tensor {
  /// Rearranges channels into pixels of an image `factor` times as large (`F.pixel_shuffle`).
  ///
  ///     y[n, c, i · r + u, j · r + v] = x[n, c · r² + u · r + v, i, j]
  ///
  /// - Parameter factor: `r` (`upscale_factor`).
  /// - Returns: `[batch, channels / r², height · r, width · r]`.
  /// - Precondition: The channels of `[batch, channels, height, width]` are a multiple of `r²`.
  ///
  /// Reference: Shi et al., arXiv:1609.05158.
  public func pixelShuffled(_ factor: Int) -> Tensor {
    precondition(
      rank == 4 && factor > 0 && shape[1] % (factor * factor) == 0,
      "pixelShuffled: a factor of \(factor) does not fit \(shape): its square must divide the "
        + "channels of [batch, channels, height, width]")
    let (n, c, h, w) = (shape[0], shape[1] / (factor * factor), shape[2], shape[3])
    return reshaped(to: [n, c, factor, factor, h, w]).transposed([0, 1, 4, 2, 5, 3])
      .reshaped(to: [n, c, h * factor, w * factor])
  }

  /// The inverse of `pixelShuffled(_:)` (`F.pixel_unshuffle`).
  ///
  /// - Precondition: Height and width of `[batch, channels, height, width]` are multiples of `factor`.
  public func pixelUnshuffled(_ factor: Int) -> Tensor {
    precondition(
      rank == 4 && factor > 0 && shape[2] % factor == 0 && shape[3] % factor == 0,
      "pixelUnshuffled: a factor of \(factor) does not fit \(shape): it must divide height and width "
        + "of [batch, channels, height, width]")
    let (n, c, h, w) = (shape[0], shape[1], shape[2] / factor, shape[3] / factor)
    return reshaped(to: [n, c, h, factor, w, factor]).transposed([0, 1, 3, 5, 2, 4])
      .reshaped(to: [n, c * factor * factor, h, w])
  }
}
