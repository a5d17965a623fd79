public import Tensors

/// The mean gradient of noisy copies of the input (Smilkov et al., arXiv:1706.03825).
///
///     x_s = x + level · (max x − min x) · ε_s, ε ~ N(0, 1);   attribution = mean over s of ∂score/∂x_s
public struct SmoothGrad: InputMapMethod {
  /// The name on the command line.
  public var name: String { "smoothgrad" }
  /// The name in captions.
  public var title: String { isSquared ? "SmoothGrad²" : "SmoothGrad" }
  private let samples: Int
  private let level: Float
  private let isSquared: Bool
  private let seed: UInt64
  private let noise: [Tensor]?

  /// Creates the method.
  ///
  /// - Parameters:
  ///   - samples: The number of noisy copies.
  ///   - level: The standard deviation of the noise, as a share of the input's range.
  ///   - isSquared: Whether the squares of the gradients are averaged.
  ///   - seed: The seed of the noise.
  public init(samples: Int = 25, level: Float = 0.15, isSquared: Bool = false, seed: UInt64 = 0) {
    precondition(samples > 0, "SmoothGrad needs 1 sample or more, not \(samples)")
    self.samples = samples
    self.level = level
    self.isSquared = isSquared
    self.seed = seed
    noise = nil
  }

  /// Creates the method with given noise, one tensor of the input's shape per sample.
  package init(noise: [Tensor], level: Float, isSquared: Bool = false) {
    samples = noise.count
    self.level = level
    self.isSquared = isSquared
    seed = 0
    self.noise = noise
  }

  /// The attribution of each value of the input, `[batch, channels, height, width]`.
  public func attributions(_ context: MapContext) -> Tensor {
    let input = context.input
    let axes = [1, 2, 3]
    let range =
      input.amax(axes: axes, keepingDimensions: true)
      - input.amin(axes: axes, keepingDimensions: true)
    var random = RandomSource(seed: seed)
    var sum = Tensor.zeros(input.shape)
    for sample in 0..<samples {
      let noise =
        noise?[sample]
        ?? Tensor((0..<input.count).map { _ in Float(random.normal()) }, shape: input.shape)
      let gradient = context.inputGradient(at: input + range * noise * level)
      sum = sum + (isSquared ? gradient.squared() : gradient)
    }
    return sum / Float(samples)
  }

  /// The magnitude of the mean gradient, summed over the channels.
  public func map(_ context: MapContext) -> Tensor {
    attributions(context).absolute().sum(axis: 1)
  }
}
