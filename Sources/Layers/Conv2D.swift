public import Tensors

/// A convolution over images.
///
/// Input `[batch, inputs, height, width]`, output `[batch, outputs, h', w']`.
public final class Conv2D: Module {
  /// Filters, `[outputs, inputs / groups, height, width]`.
  public let weight: Parameter
  /// One number per output channel, or nil.
  public let bias: Parameter?
  /// Stride, padding, dilation, groups.
  package let geometry: ConvolutionGeometry
  /// What inference uses instead of this layer and the batch norm behind it.
  var folding: FoldedConvolution?

  /// Makes a convolution with PyTorch's default initial values.
  public init(
    _ inputs: Int, _ outputs: Int, kernelSize: Extent, stride: Extent = 1, padding: Extent = 0,
    dilation: Extent = 1, groups: Int = 1, bias: Bool = true
  ) {
    precondition(
      inputs > 0 && outputs > 0 && groups > 0 && inputs % groups == 0 && outputs % groups == 0,
      "a convolution from \(inputs) to \(outputs) channels in \(groups) groups")
    let fanIn = inputs / groups * kernelSize.height * kernelSize.width
    weight = Parameter(
      shape: [outputs, inputs / groups, kernelSize.height, kernelSize.width],
      initializer: .pyTorchDefault(fanIn: fanIn))
    self.bias =
      bias ? Parameter(shape: [outputs], initializer: .pyTorchDefault(fanIn: fanIn)) : nil
    geometry = ConvolutionGeometry(
      stride: stride, padding: padding, dilation: dilation, groups: groups)
  }

  /// Rows and columns of a filter.
  public var kernelSize: Extent { Extent(weight.shape[2], weight.shape[3]) }

  /// The convolution of a batch of images.
  public override func forward(_ input: Tensor) -> Tensor {
    if isTraining { folding = nil }
    if weight.value.layout == nil {
      let shape = ConvolutionShape(
        input: input.shape, weight: weight.shape, bias: bias?.shape, geometry)
      weight.adopt(shape.storedWeightLayout)
    }
    return input.conv2d(
      weight.watched(with: input), bias: bias?.watched(with: input), geometry: geometry)
  }
}
