public import Tensors

/// A fully connected layer: `y = W x + b`.
public final class Linear: Module {
  /// `[outputs, inputs]`.
  public let weight: Parameter
  /// `[outputs]`, or nil.
  public let bias: Parameter?

  /// Makes a layer with PyTorch's default initial values.
  public init(_ inputs: Int, _ outputs: Int, bias: Bool = true) {
    weight = Parameter(shape: [outputs, inputs], initializer: .pyTorchDefault(fanIn: inputs))
    self.bias =
      bias ? Parameter(shape: [outputs], initializer: .pyTorchDefault(fanIn: inputs)) : nil
  }

  /// `[…, inputs]` to `[…, outputs]`.
  public override func forward(_ input: Tensor) -> Tensor {
    input.linear(weight.watched(with: input), bias: bias?.watched(with: input))
  }
}
