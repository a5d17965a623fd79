public import Layers
public import Tensors

/// fastai's residual network: a stem of three 3×3 convolutions, and shortcuts that take means.
///
/// Its children are numbered as in fastai: 0 to 2 the stem, 3 a pooling of maxima, from 4 on the layers,
/// then pooling, flatten, dropout, and the classifier. Reference: He et al., arXiv:1812.01187.
public final class XResNet: Module, ImageClassifier {
  /// The children, in order.
  public let layers: [Module]
  /// Channels that the last layer of blocks gives.
  public let featureCount: Int
  private let isInFastaiTable: Bool

  /// Makes a network; weights start from He's normal values and shifts from 0, as in fastai.
  ///
  /// - Parameters:
  ///   - block: The kind of block.
  ///   - depths: Blocks in each layer; layers behind the fourth keep half of its channels.
  ///   - classes: Outputs.
  ///   - inputChannels: Channels of the images.
  public init(
    _ block: ResNet.Block, depths: [Int], classes: Int = 1000, inputChannels: Int = 3
  ) {
    precondition(depths.count >= 4, "an XResNet has four layers or more, not \(depths.count)")
    let expansion = block == .basic ? 1 : 4
    var layers: [Module] = [
      convLayer(inputChannels, 32, kernelSize: 3, stride: 2), convLayer(32, 32, kernelSize: 3),
      convLayer(32, 64, kernelSize: 3), MaxPool2D(kernelSize: 3, stride: 2, padding: 1),
    ]
    let widths = [64, 128, 256, 512] + [Int](repeating: 256, count: depths.count - 4)
    var inputs = 64
    for (i, (width, depth)) in zip(widths, depths).enumerated() {
      let blocks = (0..<depth).map { j in
        defer { inputs = width * expansion }
        return XResNetBlock(block, inputs, width, stride: i > 0 && j == 0 ? 2 : 1)
      }
      layers.append(Sequential(blocks))
    }
    let classifier = Linear(inputs, classes)
    layers += [AdaptiveAvgPool2D(), Flatten(), Dropout(0), classifier]
    self.layers = layers
    featureCount = inputs
    isInFastaiTable = depths.count == 4
    super.init()
    for case let convolution as Conv2D in modules {
      let shape = convolution.weight.shape
      convolution.weight.initializer = .kaimingNormal(fan: shape[1] * shape[2] * shape[3])
    }
    classifier.weight.initializer = .kaimingNormal(fan: inputs)
    classifier.bias?.initializer = .zeros
  }

  /// The children with their numbers.
  public override var namedChildren: [(name: String, module: Module)] {
    layers.enumerated().map { (String($0.offset), $0.element) }
  }

  /// Logits, `[batch, classes]`, of images, `[batch, channels, height, width]`.
  public override func forward(_ input: Tensor) -> Tensor { Module.inSequence(layers, input) }

  private var bodyLayers: [Module] { Array(layers.dropLast(4)) }

  /// All but the last four children, as fastai cuts it.
  public var body: Sequential { Sequential(bodyLayers) }

  /// The stem, and the rest; one group for the deep networks, which fastai has no rule for.
  public var bodyGroups: [[Parameter]] {
    let layers = bodyLayers
    return isInFastaiTable
      ? [layers[..<3].flatMap(\.parameters), layers[3...].flatMap(\.parameters)]
      : [layers.flatMap(\.parameters)]
  }

  /// The residual blocks.
  public var blocks: [Module] {
    bodyLayers.dropFirst(4).flatMap { ($0 as? Sequential)?.layers ?? [] }
  }

  /// The number of the last child.
  public var classifierName: String { String(layers.count - 1) }

  /// The number of the last layer of blocks, such as "7".
  public var lastSpatialLayerPath: String { String(layers.count - 5) }
}

/// fastai's residual block: a path of convolutions beside a shortcut, and ReLU behind their sum.
public final class XResNetBlock: Module {
  let convpath: Sequential
  let idpath: Sequential
  let act = ReLU()
  private let last: (layer: Sequential, convolution: Conv2D, norm: BatchNorm)

  /// Makes a block of `width` channels, of four times as many behind a bottleneck.
  public init(_ block: ResNet.Block, _ inputs: Int, _ width: Int, stride: Int = 1) {
    let outputs = block == .basic ? width : width * 4
    let convolution: Conv2D
    switch block {
    case .basic:
      convolution = Conv2D(width, outputs, kernelSize: 3, padding: 1, bias: false)
    case .bottleneck:
      convolution = Conv2D(width, outputs, kernelSize: 1, bias: false)
    }
    let norm = BatchNorm(outputs)
    norm.weight.initializer = .zeros
    last = (Sequential(convolution, norm), convolution, norm)
    convpath =
      block == .basic
      ? Sequential(convLayer(inputs, width, kernelSize: 3, stride: stride), last.layer)
      : Sequential(
        convLayer(inputs, width, kernelSize: 1),
        convLayer(width, width, kernelSize: 3, stride: stride), last.layer)
    var shortcut: [Module] = []
    // Without a margin every tap that PyTorch counts lies inside the image.
    if stride != 1 {
      shortcut.append(AvgPool2D(kernelSize: Extent(stride), ceilMode: true, countsPadding: false))
    }
    if inputs != outputs {
      shortcut.append(
        Sequential(Conv2D(inputs, outputs, kernelSize: 1, bias: false), BatchNorm(outputs)))
    }
    idpath = Sequential(shortcut)
  }

  /// `act(convpath(x) + idpath(x))`.
  public override func forward(_ input: Tensor) -> Tensor {
    let shortcut = idpath(input)
    guard !convpath.isHooked, !last.layer.isHooked else {
      let y = convpath(input) + shortcut
      return act(y)
    }
    let x = Module.inSequence(convpath.layers.dropLast(), input)
    return Module.convolved(last.convolution, last.norm, act, adding: shortcut, x)
  }
}

/// fastai's `ConvLayer`: a convolution that keeps the size but for its stride, batch norm, ReLU.
private func convLayer(_ inputs: Int, _ outputs: Int, kernelSize: Int, stride: Int = 1)
  -> Sequential
{
  Sequential(
    Conv2D(
      inputs, outputs, kernelSize: Extent(kernelSize), stride: Extent(stride),
      padding: Extent(kernelSize / 2), bias: false),
    BatchNorm(outputs), ReLU())
}
