public import Tensors

/// HiResCAM (Draelos and Carin, arXiv:2011.08891).
///
///     map = Σ_k ∂score/∂A_k · A_k
///
/// Shows exactly what a linear head adds up, cell by cell; Grad-CAM averages the gradient first.
public struct HiResCAM: ChannelMapMethod {
  /// The name on the command line.
  public var name: String { "hirescam" }
  /// The name in captions.
  public var title: String { "HiResCAM" }

  /// True.
  public var usesAllStages: Bool { true }

  /// Creates the method.
  public init() {}

  /// The contribution of each channel, `[batch, channels, rows, columns]`.
  public func contributions(_ context: MapContext) -> Tensor {
    context.gradient * context.activation
  }
}
