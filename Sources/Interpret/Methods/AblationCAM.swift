public import Tensors

/// Ablation-CAM (Desai and Ramaswamy, WACV 2020).
///
///     weight_k = score − score without channel k;   map = Σ_k weight_k · A_k
///
/// The network behind the layer runs once per channel, unless it is a mean and one linear layer: the difference is
/// then the channel's weight times its mean. The paper divides by the score, which turns the map around
/// where the score is negative; the corrected mode does not.
public struct AblationCAM: ChannelMapMethod {
  /// The name on the command line.
  public var name: String { "ablation-cam" }
  /// The name in captions.
  public var title: String { "Ablation-CAM" }
  /// Channels per batch; pytorch-grad-cam's is 32, on which its numbers depend.
  private let batchSize = 32

  /// Creates the method.
  public init() {}

  /// The contribution of each channel, `[batch, channels, rows, columns]`.
  public func contributions(_ context: MapContext) -> Tensor {
    let activation = context.activation.rowMajor
    let (batch, channels) = (activation.shape[0], activation.shape[1])
    if context.mode == .corrected, let weights = context.linearContributions {
      return weights * activation
    }
    let scores = context.target.scores(context.output).floatScalars
    var weights: [Float] = []
    for image in 0..<batch {
      let own = activation[image..<(image + 1)]
      let lowest = own.amin().item
      for start in stride(from: 0, to: channels, by: batchSize) {
        let count = min(batchSize, channels - start)
        var ablated = own.expanded(to: [count] + own.shape.dropFirst()).rowMajor
        ablated.makeUnique()
        let cells = own.shape[2] * own.shape[3]
        var fill = lowest
        for i in 0..<count {
          // pytorch-grad-cam: 0 if the layer ends in ReLU, else a value that falls with each row.
          if lowest == 0 || context.mode == .corrected { fill = 0 } else { fill -= 1e7 }
          let at = (i * channels + start + i) * cells
          for cell in 0..<cells { ablated.floats[at + cell] = fill }
        }
        weights += context.scores(replacingActivationWith: ablated, image: image).floatScalars
          .map {
            context.mode == .reference ? (scores[image] - $0) / scores[image] : scores[image] - $0
          }
      }
    }
    return Tensor(weights, shape: [batch, channels, 1, 1]) * activation
  }
}
