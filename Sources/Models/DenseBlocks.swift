package import Layers
package import Tensors

/// A 1×1 and a 3×3 convolution, each after batch norm and ReLU: torchvision's `_DenseLayer`.
package final class DenseLayer: Module {
  let norm1: BatchNorm
  let relu1 = ReLU()
  let conv1: Conv2D
  let norm2: BatchNorm
  let relu2 = ReLU()
  let conv2: Conv2D

  /// Creates a layer from `inputs` to `growthRate` channels, with `4 * growthRate` between them.
  package init(_ inputs: Int, growthRate: Int) {
    norm1 = BatchNorm(inputs)
    conv1 = Conv2D(inputs, 4 * growthRate, kernelSize: 1, bias: false)
    norm2 = BatchNorm(4 * growthRate)
    conv2 = Conv2D(4 * growthRate, growthRate, kernelSize: 3, padding: 1, bias: false)
  }

  /// `conv2(relu(norm2(conv1(relu(norm1(x))))))`.
  package override func forward(_ input: Tensor) -> Tensor {
    let x = Module.normalized(norm1, relu1, input)
    return conv2(Module.convolved(conv1, norm2, relu2, x))
  }
}

/// Layers whose input is the block's input and the outputs of all layers before: torchvision's
/// `_DenseBlock`.
package final class DenseBlock: Module {
  /// The layers, in order.
  package let layers: [DenseLayer]

  /// Creates a block that adds `depth * growthRate` channels to its `inputs`.
  package init(_ inputs: Int, growthRate: Int, depth: Int) {
    layers = (0..<depth).map { DenseLayer(inputs + $0 * growthRate, growthRate: growthRate) }
  }

  /// `denselayer1`, `denselayer2`, ….
  package override var namedChildren: [(name: String, module: Module)] {
    layers.enumerated().map { ("denselayer\($0.offset + 1)", $0.element) }
  }

  /// The input and the outputs of all layers, concatenated along the channels.
  package override func forward(_ input: Tensor) -> Tensor {
    layers.reduce(input) { features, layer in
      Tensor.concatenated([features, layer(features)], axis: 1)
    }
  }
}

/// A 1×1 convolution and a pooling with stride 2 between two dense blocks: torchvision's `_Transition`.
func transition(_ inputs: Int, _ outputs: Int) -> Sequential {
  Sequential(named: [
    ("norm", BatchNorm(inputs)), ("relu", ReLU()),
    ("conv", Conv2D(inputs, outputs, kernelSize: 1, bias: false)),
    ("pool", AvgPool2D(kernelSize: 2)),
  ])
}
