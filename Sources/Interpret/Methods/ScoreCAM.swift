public import Tensors

/// Score-CAM (Wang et al., arXiv:1910.01279).
///
///     mask_k = A_k upsampled and scaled to 0...1;   weight = softmax over k of score(input · mask_k)
///     map = Σ_k weight_k · A_k
///
/// Needs no gradients and one forward pass per channel.
public struct ScoreCAM: ChannelMapMethod {
  /// The name on the command line.
  public var name: String { "score-cam" }
  /// The name in captions.
  public var title: String { "Score-CAM" }
  /// True.
  public var isPerturbing: Bool { true }
  private let batchSize: Int

  /// Creates the method.
  ///
  /// - Parameter batchSize: Masked images per forward pass.
  public init(batchSize: Int = 16) { self.batchSize = batchSize }

  /// The contribution of each channel, `[batch, channels, rows, columns]`.
  public func contributions(_ context: MapContext) -> Tensor {
    let (input, activation) = (context.input, context.activation)
    let (batch, channels) = (activation.shape[0], activation.shape[1])
    var weights: [Tensor] = []
    for image in 0..<batch {
      let own = input[image..<(image + 1)]
      var scores = [Float](repeating: 0, count: channels)
      // The mask of a channel with one value is 0: all of them share the score of an empty image.
      let all = activation[image..<(image + 1)]
      let varies = zip(
        all.amin(axes: [2, 3]).floatScalars, all.amax(axes: [2, 3]).floatScalars
      ).map { $0 != $1 }
      let live = (0..<channels).filter { varies[$0] }
      let isComplete = live.count == channels
      if !isComplete {
        let empty = context.scores(of: own * 0).floatScalars[0]
        for channel in 0..<channels where !varies[channel] { scores[channel] = empty }
      }
      for start in stride(from: 0, to: live.count, by: batchSize) {
        let part = Array(live[start..<min(start + batchSize, live.count)])
        let cells =
          isComplete
          ? all[0..., start..<(start + part.count)]
          : all.indexSelect(axis: 1, Tensor(part.map(Int64.init)))
        let masks = scaled(upsampled(cells, context)).transposed([1, 0, 2, 3])
        for (channel, score) in zip(part, context.scores(of: own * masks).floatScalars) {
          scores[channel] = score
        }
      }
      weights.append(Tensor(scores, shape: [1, channels]).softmax(axis: 1))
    }
    return Tensor.concatenated(weights, axis: 0).reshaped(to: [batch, channels, 1, 1]) * activation
  }

  /// pytorch-grad-cam aligns the corners; the corrected mode places cells where the map does.
  private func upsampled(_ cells: Tensor, _ context: MapContext) -> Tensor {
    let (height, width) = (context.input.shape[2], context.input.shape[3])
    if context.mode == .corrected, let grid = context.grid {
      return grid.upsampled(cells, height: height, width: width)
    }
    return cells.resized(to: Extent(height, width), alignCorners: true)
  }

  /// Each channel to 0...1, with pytorch-grad-cam's 1e-8.
  private func scaled(_ masks: Tensor) -> Tensor {
    let lowest = masks.amin(axes: [2, 3], keepingDimensions: true)
    let highest = masks.amax(axes: [2, 3], keepingDimensions: true)
    return (masks - lowest) / (highest - lowest + 1e-8)
  }
}
