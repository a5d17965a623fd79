public import Layers
public import Tensors

/// The residual networks for CIFAR's images of 32×32 pixels, with the names of pytorch_resnet_cifar10.
///
/// Three layers of 16, 32 and 64 channels; shortcuts without parameters (option A).
/// Reference: He et al., arXiv:1512.03385, section 4.2.
public final class CIFARResNet: Module, ImageClassifier {
  let conv1: Conv2D
  let bn1: BatchNorm
  private let relu = ReLU()
  let layer1: Sequential
  let layer2: Sequential
  let layer3: Sequential
  private let pool = AdaptiveAvgPool2D()
  /// From features to classes.
  public let linear: Linear

  /// Makes a network of `6 · depth + 2` layers; weights start from He's normal values.
  ///
  /// - Parameters:
  ///   - depth: Blocks in each of the three layers.
  ///   - classes: Outputs.
  ///   - inputChannels: Channels of the images.
  public init(depth: Int, classes: Int = 10, inputChannels: Int = 3) {
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
    linear = Linear(64, classes)
    super.init()
    for case let convolution as Conv2D in modules {
      let shape = convolution.weight.shape
      convolution.weight.initializer = .kaimingNormal(fan: shape[1] * shape[2] * shape[3])
    }
    linear.weight.initializer = .kaimingNormal(fan: 64)
  }

  /// The children that have parameters, under upstream's names.
  public override var namedChildren: [(name: String, module: Module)] {
    [
      ("conv1", conv1), ("bn1", bn1), ("layer1", layer1), ("layer2", layer2), ("layer3", layer3),
      ("linear", linear),
    ]
  }

  /// Logits, `[batch, classes]`, of images, `[batch, channels, height, width]`.
  public override func forward(_ input: Tensor) -> Tensor {
    let x = Module.convolved(conv1, bn1, relu, input)
    return linear(pool(layer3(layer2(layer1(x)))).flattened())
  }

  /// The network without its pooling and classifier: 0 `conv1`, 1 `bn1`, 2 ReLU, 3 to 5 the layers.
  public var body: Sequential { Sequential(conv1, bn1, relu, layer1, layer2, layer3) }

  /// 64.
  public var featureCount: Int { 64 }

  /// The residual blocks.
  public var blocks: [Module] { [layer1, layer2, layer3].flatMap(\.layers) }

  /// `linear`.
  public var classifierName: String { "linear" }

  /// `layer3`, of a quarter of the images' rows and columns.
  public var lastSpatialLayerPath: String { "layer3" }
}

extension CIFARResNet {
  /// ResNet-20.
  public static func resnet20(classes: Int = 10, inputChannels: Int = 3) -> CIFARResNet {
    CIFARResNet(depth: 3, classes: classes, inputChannels: inputChannels)
  }

  /// ResNet-32.
  public static func resnet32(classes: Int = 10, inputChannels: Int = 3) -> CIFARResNet {
    CIFARResNet(depth: 5, classes: classes, inputChannels: inputChannels)
  }

  /// ResNet-44.
  public static func resnet44(classes: Int = 10, inputChannels: Int = 3) -> CIFARResNet {
    CIFARResNet(depth: 7, classes: classes, inputChannels: inputChannels)
  }

  /// ResNet-56.
  public static func resnet56(classes: Int = 10, inputChannels: Int = 3) -> CIFARResNet {
    CIFARResNet(depth: 9, classes: classes, inputChannels: inputChannels)
  }
}

/// Two 3×3 convolutions with a shortcut that has no parameters.
final class CIFARBlock: Module {
  let conv1: Conv2D
  let bn1: BatchNorm
  private let relu = ReLU()
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

/// Option A: every `stride`-th pixel, between channels of zeros, as many before as behind.
final class ZeroPaddedShortcut: Module {
  private let margin: Int
  private let geometry: PoolingGeometry

  init(_ inputs: Int, _ outputs: Int, stride: Int) {
    precondition(
      outputs >= inputs && (outputs - inputs) % 2 == 0,
      "a shortcut from \(inputs) to \(outputs) channels has no equal margins")
    margin = (outputs - inputs) / 2
    // The mean of one pixel is that pixel; pooling keeps the order in memory, slicing would not.
    geometry = PoolingGeometry(kernelSize: 1, stride: Extent(stride))
  }

  override func forward(_ input: Tensor) -> Tensor {
    let x = input.avgPool2d(geometry)
    let zeros = Tensor.zeros([x.shape[0], margin, x.shape[2], x.shape[3]])
    return Tensor.concatenated([zeros, x, zeros], axis: 1)
  }
}
