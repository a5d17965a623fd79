public import Tensors

/// Guided backpropagation (Springenberg et al., arXiv:1412.6806): no negative gradient passes a ReLU.
///
/// Sharp, but hardly about the class: the maps of different classes look alike (Adebayo et al.,
/// arXiv:1810.03292).
public struct GuidedBackprop: InputMapMethod {
  /// The name on the command line.
  public var name: String { "guided-backprop" }
  /// The name in captions.
  public var title: String { "Guided backpropagation" }

  /// Creates the method.
  public init() {}

  /// The attribution of each value of the input, `[batch, channels, height, width]`.
  public func attributions(_ context: MapContext) -> Tensor {
    context.inputGradient(isGuided: true)
  }
}

/// Guided backpropagation times the upsampled, positive Grad-CAM (Selvaraju et al., arXiv:1610.02391).
public struct GuidedGradCAM: MapMethod {
  /// The name on the command line.
  public var name: String { "guided-grad-cam" }
  /// The name in captions.
  public var title: String { "Guided Grad-CAM" }
  /// Whether the map has a value per pixel of the input.
  public var isAtInput: Bool { true }

  /// Creates the method.
  public init() {}

  /// The raw maps, `[batch, rows, columns]`.
  public func map(_ context: MapContext) -> Tensor {
    let (height, width) = (context.input.shape[2], context.input.shape[3])
    let cells = GradCAM().contributions(context).sum(axis: 1, keepingDimensions: true).relu()
    let map =
      if context.mode == .corrected, let grid = context.grid {
        grid.upsampled(cells, height: height, width: width)
      } else {
        cells.resized(to: Extent(height, width))
      }
    return (map * context.inputGradient(isGuided: true)).sum(axis: 1)
  }
}
