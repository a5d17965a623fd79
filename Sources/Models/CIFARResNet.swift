package import Layers
package import Tensors

/// A residual network for CIFAR's 32×32 images, with the names of pytorch_resnet_cifar10.
///
/// Three layers of 16, 32 and 64 channels; shortcuts without parameters (option A).
/// Reference: He et al., arXiv:1512.03385, section 4.2.
package final class CIFARResNet: Module, BuiltInClassifier, ModuleChain {
  private let conv1: Conv2D
  private let bn1: BatchNorm
  private let relu = ReLU()
  private let layer1: Sequential
  private let layer2: Sequential
  private let layer3: Sequential
  private let pool = AdaptiveAvgPool2D()
  private let linear: Linear

  /// Creates a network of `6 * depth + 2` layers with He initialization.
  ///
  /// - Parameters:
  ///   - depth: The number of blocks in each of the three layers.
  ///   - classCount: The number of outputs.
  ///   - inputChannels: Channels of the images.
  package init(depth: Int, classCount: Int = 10, inputChannels: Int = 3) {
    precondition(depth > 0, "a layer of a CIFAR ResNet needs at least one block, not \(depth)")
    conv1 = Conv2D(inputChannels, 16, kernelSize: 3, padding: 1, bias: false)
    bn1 = BatchNorm(16)
    func makeLayer(_ inputs: Int, _ channels: Int) -> Sequential {
      Sequential(
        (0..<depth).map { i in
          CIFARBlock(
            i == 0 ? inputs : channels, channels, stride: i == 0 && inputs != channels ? 2 : 1)
        })
    }
    layer1 = makeLayer(16, 16)
    layer2 = makeLayer(16, 32)
    layer3 = makeLayer(32, 64)
    linear = Linear(64, classCount)
    super.init()
    for (number, layer) in [layer1, layer2, layer3].enumerated() {
      layer.stagePath = "layer\(number + 1)"
    }
    initializeKaimingNormal(.fanIn, linear: true)
  }

  // The children with parameters, as upstream.
  package override var namedChildren: [(name: String, module: Module)] {
    [
      ("conv1", conv1), ("bn1", bn1), ("layer1", layer1), ("layer2", layer2), ("layer3", layer3),
      ("linear", linear),
    ]
  }

  /// Maps images, `[batch, channels, height, width]`, to logits, `[batch, classCount]`.
  package override func forward(_ input: Tensor) -> Tensor {
    let x = Module.convolved(conv1, bn1, relu, input)
    return linear(pool(layer3(layer2(layer1(x)))).flattened())
  }

  package var chain: [Module] { body.layers + [pool, Flatten(), linear] }

  /// Children: 0 `conv1`, 1 `bn1`, 2 ReLU, 3 to 5 the layers.
  package var body: Sequential { Sequential(conv1, bn1, relu, layer1, layer2, layer3) }
  package var featureCount: Int { 64 }
  package var blocks: [Module] { [layer1, layer2, layer3].flatMap(\.layers) }
  package var classifierName: String { "linear" }
  package var lastSpatialLayerPath: String { "layer3" }
}

/// Two 3×3 convolutions with a shortcut without parameters.
private final class CIFARBlock: Module {
  let conv1: Conv2D
  let bn1: BatchNorm
  let relu = ReLU()
  let conv2: Conv2D
  let bn2: BatchNorm
  let shortcut: ZeroPaddedShortcut?

  init(_ inputs: Int, _ channels: Int, stride: Int) {
    conv1 = Conv2D(
      inputs, channels, kernelSize: 3, stride: Extent(stride), padding: 1, bias: false)
    bn1 = BatchNorm(channels)
    conv2 = Conv2D(channels, channels, kernelSize: 3, padding: 1, bias: false)
    bn2 = BatchNorm(channels)
    shortcut =
      stride != 1 || inputs != channels
      ? ZeroPaddedShortcut(inputs, channels, stride: stride) : nil
  }

  override func forward(_ input: Tensor) -> Tensor {
    let x = Module.convolved(conv1, bn1, relu, input)
    return Module.convolved(conv2, bn2, relu, adding: shortcut?(input) ?? input, x)
  }
}

/// Option A: every `stride`-th pixel, with equal numbers of zero channels before and after.
private final class ZeroPaddedShortcut: Module {
  private let margin: Int
  private let geometry: PoolingGeometry

  init(_ inputs: Int, _ outputs: Int, stride: Int) {
    precondition(
      outputs >= inputs && (outputs - inputs) % 2 == 0,
      "a zero-padded shortcut from \(inputs) to \(outputs) channels needs an even difference")
    margin = (outputs - inputs) / 2
    // A 1×1 mean keeps the memory layout, which slicing does not.
    geometry = PoolingGeometry(kernelSize: 1, stride: Extent(stride))
  }

  override func forward(_ input: Tensor) -> Tensor {
    let x = input.avgPool2d(geometry)
    let zeros = Tensor.zeros([x.shape[0], margin, x.shape[2], x.shape[3]])
    return Tensor.concatenated([zeros, x, zeros], axis: 1)
  }
}
