public import Tensors

/// A 2D convolution: PyTorch's `Conv2d`.
///
/// Input `[batch, inputs, height, width]`, output `[batch, outputs, h', w']`.
public final class Conv2D: Module {
  /// The filters, `[outputs, inputs / groups, height, width]`.
  public let weight: Parameter
  /// The bias, `[outputs]`, or nil.
  public let bias: Parameter?
  /// Stride, padding, dilation and groups; weights do not depend on the first three.
  package var geometry: ConvolutionGeometry {
    didSet { folding = nil }
  }
  /// In evaluation mode, replaces this convolution and the batch norm after it.
  var folding: FoldedConvolution?

  /// Creates a convolution with PyTorch's default initialization.
  ///
  /// - Parameters:
  ///   - inputs: Input channels (`in_channels`).
  ///   - outputs: Output channels (`out_channels`).
  ///   - kernelSize: Rows and columns of a filter.
  ///   - stride: Rows and columns between two outputs.
  ///   - padding: Zeros on each side.
  ///   - dilation: Rows and columns between two filter elements.
  ///   - groups: Groups of channels that are convolved separately.
  ///   - bias: Whether there is a bias.
  public init(
    _ inputs: Int, _ outputs: Int, kernelSize: Extent, stride: Extent = 1, padding: Extent = 0,
    dilation: Extent = 1, groups: Int = 1, bias: Bool = true
  ) {
    precondition(
      inputs > 0 && outputs > 0 && groups > 0 && inputs % groups == 0 && outputs % groups == 0,
      "a convolution from \(inputs) to \(outputs) channels in \(groups) groups: all must be positive "
        + "and the groups must divide both channel counts")
    let fanIn = inputs / groups * kernelSize.height * kernelSize.width
    weight = Parameter(
      shape: [outputs, inputs / groups, kernelSize.height, kernelSize.width],
      initializer: .pyTorchDefault(fanIn: fanIn))
    self.bias =
      bias ? Parameter(shape: [outputs], initializer: .pyTorchDefault(fanIn: fanIn)) : nil
    geometry = ConvolutionGeometry(
      stride: stride, padding: padding, dilation: dilation, groups: groups)
  }

  /// Convolves a batch of images.
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
