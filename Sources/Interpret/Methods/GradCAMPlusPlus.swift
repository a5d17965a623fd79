public import Tensors

/// Grad-CAM++ (Chattopadhay et al., arXiv:1710.11063), with the closed form that pytorch-grad-cam uses.
///
///     α = G² / (2 G² + Σ A · G³ + 1e-6), 0 where G is 0;   weight_k = Σ α_k · max(G_k, 0)
///     map = Σ_k weight_k · A_k
///
/// The sum runs over the cells of a channel. Several instances of a class count more evenly than in Grad-CAM.
public struct GradCAMPlusPlus: ChannelMapMethod {
  /// The name on the command line.
  public var name: String { "grad-cam++" }
  /// The name in captions.
  public var title: String { "Grad-CAM++" }

  /// Creates the method.
  public init() {}

  /// The contribution of each channel, `[batch, channels, rows, columns]`.
  public func contributions(_ context: MapContext) -> Tensor {
    let (activation, gradient) = (context.activation, context.gradient)
    let squares = gradient.squared()
    let sums = activation.sum(axes: [2, 3], keepingDimensions: true)
    let alpha = squares / (squares * 2 + sums * (squares * gradient) + 1e-6)
    // 0 · NaN is NaN, so a channel whose denominator is 0 is handled by value.
    let defined = alpha.replacing(where: squares) { $0 == 0 ? 0 : $1 }
    let weights = (defined * gradient.relu()).sum(axes: [2, 3], keepingDimensions: true)
    return weights * activation
  }
}

extension Tensor {
  /// Combines two tensors of one shape value by value.
  func replacing(where other: Tensor, _ body: (_ other: Float, _ value: Float) -> Float) -> Tensor {
    Tensor(zip(other.floatScalars, floatScalars).map(body), shape: shape)
  }
}
