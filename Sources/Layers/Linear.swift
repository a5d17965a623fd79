public import Tensors

/// A fully connected layer, `y = W x + b`: PyTorch's `Linear`.
public final class Linear: Module {
  /// The weight, `[outputs, inputs]`.
  public let weight: Parameter
  /// The bias, `[outputs]`, or nil.
  public let bias: Parameter?

  /// Creates a layer with PyTorch's default initialization.
  ///
  /// - Parameters:
  ///   - inputs: Input features (`in_features`).
  ///   - outputs: Output features (`out_features`).
  ///   - bias: Whether there is a bias.
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
