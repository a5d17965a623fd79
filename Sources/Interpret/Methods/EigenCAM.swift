public import Tensors

/// The projection of the activations on their first principal component (Muhammad and Yeasin, arXiv:2008.00299).
///
/// The same for every class. The sign of a principal component is arbitrary; here the map correlates with the sum
/// of what it is computed from.
public struct EigenCAM: MapMethod {
  /// The name on the command line.
  public var name: String { "eigen-cam" }
  /// The name in captions.
  public var title: String { "Eigen-CAM" }

  /// Creates the method.
  public init() {}

  /// The raw maps, `[batch, rows, columns]`.
  public func map(_ context: MapContext) -> Tensor { principalProjection(of: context.activation) }
}

/// The projection of gradient times activation on its first principal component: pytorch-grad-cam's `EigenGradCAM`.
public struct EigenGradCAM: MapMethod {
  /// The name on the command line.
  public var name: String { "eigengrad-cam" }
  /// The name in captions.
  public var title: String { "EigenGrad-CAM" }

  /// Creates the method.
  public init() {}

  /// The raw maps, `[batch, rows, columns]`.
  public func map(_ context: MapContext) -> Tensor {
    principalProjection(of: context.gradient * context.activation)
  }
}

/// The first principal component of a method's contributions instead of their sum: pytorch-grad-cam's
/// `eigen_smooth`.
public struct EigenSmooth: MapMethod {
  private let base: any ChannelMapMethod

  /// The name on the command line.
  public var name: String { "\(base.name)-eigen" }
  /// The name in captions.
  public var title: String { "\(base.title), first principal component" }

  /// Creates the method.
  public init(_ base: any ChannelMapMethod) { self.base = base }

  /// The raw maps, `[batch, rows, columns]`.
  public func map(_ context: MapContext) throws(MapError) -> Tensor {
    principalProjection(of: try base.contributions(context))
  }
}
