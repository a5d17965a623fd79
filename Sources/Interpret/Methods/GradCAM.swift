public import Tensors

/// Gradient-weighted class activation maps (Selvaraju et al., arXiv:1610.02391).
///
///     weight_k = mean over cells of ∂score/∂A_k;   map = Σ_k weight_k · A_k
///
/// Without the paper's ReLU: negative cells are evidence against. Equal to CAM, HiResCAM and XGrad-CAM where the
/// mean over the cells and one linear layer follow.
public struct GradCAM: ChannelMapMethod {
  /// The name on the command line.
  public var name: String { "grad-cam" }
  /// The name in captions.
  public var title: String { "Grad-CAM" }

  /// Creates the method.
  public init() {}

  /// The contribution of each channel, `[batch, channels, rows, columns]`.
  public func contributions(_ context: MapContext) -> Tensor {
    context.gradient.mean(axes: [2, 3], keepingDimensions: true) * context.activation
  }
}
