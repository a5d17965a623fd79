import Layers
public import Tensors

/// FullGrad (Srinivas and Fleuret, arXiv:1905.00780): the gradient of the input and of every bias.
///
///     map = ψ(x · ∂score/∂x) + Σ over layers Σ over channels ψ(b · ∂score/∂output)
///
/// `b` is the bias of a convolution, or `β − μ γ / √(σ² + ε)` of a batch norm. ψ takes magnitudes, scales them to
/// 0...1 and upsamples; the corrected mode scales all channels of a layer together as the paper does, while
/// pytorch-grad-cam scales each on its own, so that a channel with almost no gradient counts as much as the others.
public struct FullGrad: MapMethod {
  /// The name on the command line.
  public var name: String { "fullgrad" }
  /// The name in captions.
  public var title: String { "FullGrad" }
  /// Whether the method needs a layer.
  public var usesLayer: Bool { false }

  /// Creates the method.
  public init() {}

  /// The raw maps, `[batch, rows, columns]`.
  public func map(_ context: MapContext) -> Tensor {
    let (height, width) = (context.input.shape[2], context.input.shape[3])
    let layers = context.model.modules.compactMap { module in
      bias(of: module).map { (module, $0) }
    }
    let (gradients, inputGradient) = context.gradients(at: layers.map(\.0))
    var map = scaled(
      (inputGradient * context.input).absolute(), context.mode, height, width)
    for ((_, bias), gradient) in zip(layers, gradients) {
      guard let gradient, gradient.rank == 4 else { continue }
      let part = (bias.reshaped(to: [1, bias.count, 1, 1]) * gradient).absolute()
      map = map + scaled(part, context.mode, height, width)
    }
    return map
  }

  private func bias(of module: Module) -> Tensor? {
    switch module {
    case let convolution as Conv2D: convolution.bias?.value.detached
    case let norm as BatchNorm:
      norm.bias.value - norm.runningMean.value * norm.weight.value
        / (norm.runningVar.value + norm.epsilon).squareRoot()
    default: nil
    }
  }

  /// Scaled to 0...1, upsampled, and summed over the channels: `[batch, height, width]`.
  private func scaled(_ values: Tensor, _ mode: MapMode, _ height: Int, _ width: Int) -> Tensor {
    let axes = mode == .reference ? [2, 3] : [1, 2, 3]
    let shifted = values - values.amin(axes: axes, keepingDimensions: true)
    let unit = shifted / (shifted.amax(axes: axes, keepingDimensions: true) + 1e-7)
    return unit.resized(to: Extent(height, width)).sum(axis: 1)
  }
}
