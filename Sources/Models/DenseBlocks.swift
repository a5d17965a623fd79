public import Layers
public import Tensors

/// 1×1, then 3×3 convolution, each behind batch norm and ReLU: what a dense block adds at a time.
public final class DenseLayer: Module {
  let norm1: BatchNorm
  let relu1 = ReLU()
  let conv1: Conv2D
  let norm2: BatchNorm
  let relu2 = ReLU()
  let conv2: Conv2D

  /// Makes a layer from `inputs` to `growth` channels; four times as many lie between.
  public init(_ inputs: Int, growth: Int) {
    norm1 = BatchNorm(inputs)
    conv1 = Conv2D(inputs, 4 * growth, kernelSize: 1, bias: false)
    norm2 = BatchNorm(4 * growth)
    conv2 = Conv2D(4 * growth, growth, kernelSize: 3, padding: 1, bias: false)
  }

  /// `conv2(relu(norm2(conv1(relu(norm1(x))))))`.
  public override func forward(_ input: Tensor) -> Tensor {
    let x = Module.normalized(norm1, relu1, input)
    return conv2(Module.convolved(conv1, norm2, relu2, x))
  }
}

/// Layers each of which sees the block's input and all that the layers before it gave.
public final class DenseBlock: Module {
  /// The layers, in order.
  public let layers: [DenseLayer]

  /// Makes a block that adds `depth` times `growth` channels to its `inputs`.
  public init(_ inputs: Int, growth: Int, depth: Int) {
    layers = (0..<depth).map { DenseLayer(inputs + $0 * growth, growth: growth) }
  }

  /// `denselayer1`, `denselayer2`, ….
  public override var namedChildren: [(name: String, module: Module)] {
    layers.enumerated().map { ("denselayer\($0.offset + 1)", $0.element) }
  }

  /// The input, then what every layer gave, along the channels.
  public override func forward(_ input: Tensor) -> Tensor {
    layers.reduce(input) { features, layer in
      Tensor.concatenated([features, layer(features)], axis: 1)
    }
  }
}

/// Between two dense blocks: fewer channels, then half the rows and columns.
func transition(_ inputs: Int, _ outputs: Int) -> Sequential {
  Sequential(named: [
    ("norm", BatchNorm(inputs)), ("relu", ReLU()),
    ("conv", Conv2D(inputs, outputs, kernelSize: 1, bias: false)),
    ("pool", AvgPool2D(kernelSize: 2)),
  ])
}
