public import Tensors

/// Layer-CAM (Jiang et al., IEEE TIP 2021, doi:10.1109/TIP.2021.3089943).
///
///     map = Σ_k max(∂score/∂A_k, 0) · A_k
///
/// Weights every cell by its own gradient, so it also works at early layers, whose cells are small.
public struct LayerCAM: ChannelMapMethod {
  /// The name on the command line.
  public var name: String { "layer-cam" }
  /// The name in captions.
  public var title: String { "Layer-CAM" }

  /// True.
  public var usesAllStages: Bool { true }

  /// Creates the method.
  public init() {}

  /// The contribution of each channel, `[batch, channels, rows, columns]`.
  public func contributions(_ context: MapContext) -> Tensor {
    context.gradient.relu() * context.activation
  }
}
