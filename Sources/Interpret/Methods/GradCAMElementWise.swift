public import Tensors

/// Grad-CAM with the gradient of each cell, positive products only: pytorch-grad-cam's `GradCAMElementWise`.
///
///     map = Σ_k max(∂score/∂A_k · A_k, 0)
public struct GradCAMElementWise: ChannelMapMethod {
  /// The name on the command line.
  public var name: String { "grad-cam-elementwise" }
  /// The name in captions.
  public var title: String { "Grad-CAM element-wise" }

  /// True.
  public var usesAllStages: Bool { true }

  /// Creates the method.
  public init() {}

  /// The contribution of each channel, `[batch, channels, rows, columns]`.
  public func contributions(_ context: MapContext) -> Tensor {
    (context.gradient * context.activation).relu()
  }
}
