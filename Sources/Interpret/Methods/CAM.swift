public import Layers
public import Tensors

/// Class activation maps (Zhou et al., arXiv:1512.04150).
///
///     map = Σ_k w_ck · A_k
///
/// with the classifier's weights of the class. Only for networks whose layer is followed by the mean over the cells
/// and one linear layer; the bias is left out, as in the paper.
public struct CAM: ChannelMapMethod {
  /// The name on the command line.
  public var name: String { "cam" }
  /// The name in captions.
  public var title: String { "CAM" }

  /// Creates the method.
  public init() {}

  /// The gradient of a score that is linear in the mean over the cells is the weight over the number of cells.
  ///
  /// - Throws: `MapError` if the gradient differs from cell to cell: another head follows.
  public func contributions(_ context: MapContext) throws(MapError) -> Tensor {
    let gradient = context.gradient
    let spread =
      gradient.amax(axes: [2, 3], keepingDimensions: true)
      - gradient.amin(axes: [2, 3], keepingDimensions: true)
    let (widest, largest) = (spread.amax().item, gradient.absolute().amax().item)
    guard !(widest > 1e-4 * largest) else { throw MapError(.notLinear(method: title)) }
    let cells = Float(gradient.shape[2] * gradient.shape[3])
    return gradient.mean(axes: [2, 3], keepingDimensions: true) * cells * context.activation
  }
}
