public import Layers
public import Tensors

/// Class activation maps (Zhou et al., arXiv:1512.04150).
///
///     map = Σ_k w_ck · A_k
///
/// with the classifier's weights of the class; the bias is left out, as in the paper. Only for networks whose layer
/// is followed by the mean over the cells and one linear layer; by ReLU, the mean and one linear layer, as in DenseNets,
/// where `A` is the layer's output after ReLU; or by maps of classes (a 1×1 convolution) and their maximum, as in PYLON.
public struct CAM: ChannelMapMethod {
  /// The name on the command line.
  public var name: String { "cam" }
  /// The name in captions.
  public var title: String { "CAM" }

  /// Creates the method.
  public init() {}

  /// The sum of the gradients over the cells is the weight: each cell has an equal part of it if the mean follows, and
  /// one cell has all of it if the maximum follows.
  ///
  /// - Throws: `MapError` if the gradient differs from cell to cell: another head follows.
  public func contributions(_ context: MapContext) throws(MapError) -> Tensor {
    let gradient = context.gradient
    if context.hasRectifiedLinearHead {
      // The gradient is w / cells where ReLU passes the activation, otherwise 0.
      let cells = Float(gradient.shape[2] * gradient.shape[3])
      return gradient * context.activation * cells
    }
    let spread =
      gradient.amax(axes: [2, 3], keepingDimensions: true)
      - gradient.amin(axes: [2, 3], keepingDimensions: true)
    let (widest, largest) = (spread.amax().item, gradient.absolute().amax().item)
    guard !(widest > 1e-4 * largest) || context.hasDenseClasses else {
      throw MapError(.notLinear(method: title))
    }
    return gradient.sum(axes: [2, 3], keepingDimensions: true) * context.activation
  }
}
