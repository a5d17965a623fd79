public import Tensors

/// How filters that were trained on RGB images become filters for another number of channels.
public enum StemRule: Sendable, Hashable {
  /// 1 channel: the sum over RGB. 2: the first two, times 3/2. More than 3: RGB, and zeros for the rest.
  case fastai
  /// 1 channel: the sum over RGB. Otherwise RGB again and again, times 3 over the number of channels.
  case timm

  /// Filters for images of another number of channels, so that what they give keeps its scale.
  ///
  /// - Parameters:
  ///   - filters: `[outputs, 3, height, width]`.
  ///   - channels: Channels of the new images.
  /// - Returns: `[outputs, channels, height, width]`; the filters themselves for 3 channels.
  ///
  /// References: fastai's `_load_pretrained_weights`, timm's `adapt_input_conv`.
  public func adapted(_ filters: Tensor, to channels: Int) -> Tensor {
    precondition(
      filters.rank == 4 && filters.shape[1] == 3 && channels > 0,
      "filters of \(filters.shape) cannot be made into filters for \(channels) channels: "
        + "[outputs, 3, height, width] is needed")
    if channels == 3 { return filters }
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
