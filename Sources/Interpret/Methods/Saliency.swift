public import Tensors

/// The gradient of the score with respect to the input (Simonyan et al., arXiv:1312.6034).
///
///     map = Σ over channels of |∂score/∂x|
public struct Saliency: InputMapMethod {
  /// The name on the command line.
  public var name: String { "gradient" }
  /// The name in captions.
  public var title: String { "Gradient" }

  /// Creates the method.
  public init() {}

  /// The attribution of each value of the input, `[batch, channels, height, width]`.
  public func attributions(_ context: MapContext) -> Tensor { context.inputGradient() }

  /// The magnitude of the gradient, summed over the channels.
  public func map(_ context: MapContext) -> Tensor {
    attributions(context).absolute().sum(axis: 1)
  }
}
