public import Tensors

/// XGrad-CAM (Fu et al., arXiv:2008.02312).
///
///     weight_k = Σ ∂score/∂A_k · A_k / (Σ A_k + 1e-7);   map = Σ_k weight_k · A_k
public struct XGradCAM: ChannelMapMethod {
  /// The name on the command line.
  public var name: String { "xgrad-cam" }
  /// The name in captions.
  public var title: String { "XGrad-CAM" }

  /// Creates the method.
  public init() {}

  /// The contribution of each channel, `[batch, channels, rows, columns]`.
  public func contributions(_ context: MapContext) -> Tensor {
    let (activation, gradient) = (context.activation, context.gradient)
    let sums = activation.sum(axes: [2, 3], keepingDimensions: true)
    let weights =
      (gradient * activation).sum(axes: [2, 3], keepingDimensions: true) / (sums + 1e-7)
    return weights * activation
  }
}
