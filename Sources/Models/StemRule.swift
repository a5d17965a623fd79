package import Tensors

/// A rule that adapts filters for RGB or gray images to another number of channels.
///
/// Both libraries adapt RGB filters only. Filters for gray images are divided among the channels, so that the
/// output is the same for images that have the gray values in every channel.
///
/// References: fastai's `_load_pretrained_weights`, timm's `adapt_input_conv`.
package enum StemRule: Sendable, Hashable {
  /// 1 channel: the sum over RGB. 2: the first two, times 3/2. More than 3: RGB and zeros.
  case fastai
  /// 1 channel: the sum over RGB. Otherwise: RGB repeated, times 3 / channels.
  case timm

  /// Whether filters for images of this number of channels can be adapted.
  static func isAdaptable(_ channels: Int) -> Bool { channels == 3 || channels == 1 }

  /// Adapts filters so that the scale of the output is kept.
  ///
  /// - Parameters:
  ///   - filters: `[outputs, 3, height, width]`, or `[outputs, 1, height, width]`.
  ///   - channels: Channels of the new images.
  /// - Returns: `[outputs, channels, height, width]`.
  package func adapted(_ filters: Tensor, to channels: Int) -> Tensor {
    precondition(
      filters.rank == 4 && Self.isAdaptable(filters.shape[1]) && channels > 0,
      "filters of shape \(filters.shape) cannot be adapted to \(channels) channels: "
        + "[outputs, 3 or 1, height, width] is needed")
    if channels == filters.shape[1] { return filters }
    if filters.shape[1] == 1 {
      let copies = [Tensor](repeating: filters, count: channels)
      return Tensor.concatenated(copies, axis: 1) * (1 / Float(channels))
    }
    if channels == 1 { return filters.sum(axis: 1, keepingDimensions: true) }
    switch self {
    case .fastai where channels == 2:
      return filters.sliced(axis: 1, to: 2) * 1.5
    case .fastai:
      var rest = filters.shape
      rest[1] = channels - 3
      return Tensor.concatenated([filters, Tensor.zeros(rest)], axis: 1)
    case .timm:
      let copies = [Tensor](repeating: filters, count: (channels + 2) / 3)
      let enough = Tensor.concatenated(copies, axis: 1).sliced(axis: 1, to: channels)
      return enough * (3 / Float(channels))
    }
  }
}
