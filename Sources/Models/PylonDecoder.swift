import Layers
import Tensors

/// The decoder of PYLON (see `Pylon`), with the names of the reference.
final class PylonDecoder: Module {
  private let attention: PyramidAttention
  /// For `layer3`, `layer2` and `layer1`.
  private let laterals: [(name: String, layer: PylonLateral)]
  /// The output of the decoder, as a place for hooks.
  let output: Module = PylonOutput()
  private let classes: Conv2D

  /// Creates a decoder.
  ///
  /// - Parameters:
  ///   - scales: Channels of the features, finest first.
  ///   - channels: Channels of the output.
  ///   - classes: The convolution to maps of classes.
  init(_ scales: [Int], channels: Int, classes: Conv2D) {
    attention = PyramidAttention(scales[scales.count - 1], channels)
    laterals = scales.indices.dropLast().reversed().map {
      ("up\($0 + 1)", PylonLateral(scales[$0], channels))
    }
    self.classes = classes
  }

  override var namedChildren: [(name: String, module: Module)] {
    featureLayers + [("segmentation_head", Sequential(named: [("0", classes)]))]
  }

  /// The children without the maps of classes.
  var featureLayers: [(name: String, module: Module)] {
    [("pa", attention)] + laterals.map { ($0.name, $0.layer) } + [("output", output)]
  }

  /// The parameters without those of the maps of classes.
  var featureParameters: [Parameter] { featureLayers.flatMap(\.module.parameters) }

  /// Features of all scales, finest first, to features of the finest.
  func features(_ scales: [Tensor]) -> Tensor {
    var x = attention(scales[scales.count - 1])
    for ((_, lateral), scale) in zip(laterals, scales.dropLast().reversed()) {
      x = resized(x, like: scale) + lateral(scale).converted(to: .float32)
    }
    return output(x)
  }
}

/// The output of the decoder.
private final class PylonOutput: Module {
  override func forward(_ input: Tensor) -> Tensor { input }
}

/// Two 1×1 convolutions from the features of one scale (`UP`).
private final class PylonLateral: Module {
  private let conv1: Sequential

  init(_ inputs: Int, _ channels: Int) {
    conv1 = Sequential(
      ConvolutionNormReLU(inputs, inputs, kernelSize: 1),
      ConvolutionNormReLU(inputs, channels, kernelSize: 1))
  }

  override func forward(_ input: Tensor) -> Tensor { conv1(input) }
}

/// Pyramid attention without global pooling (`PA`): features weighted by a map of three coarser scales.
private final class PyramidAttention: Module {
  private let mid: Sequential
  private let down1: Sequential
  private let down2: Sequential
  private let down3: Sequential
  private let conv3 = ConvolutionNormReLU(1, 1, kernelSize: 3)
  private let conv2 = ConvolutionNormReLU(1, 1, kernelSize: 5)
  private let conv1 = ConvolutionNormReLU(1, 1, kernelSize: 7)

  init(_ inputs: Int, _ channels: Int) {
    func down(_ inputs: Int, kernelSize: Int) -> Sequential {
      // The reference leaves out an odd last row, and accepts images of multiples of 256 pixels only.
      Sequential(
        MaxPool2D(kernelSize: 2, ceilMode: true),
        ConvolutionNormReLU(inputs, 1, kernelSize: kernelSize))
    }
    mid = Sequential(ConvolutionNormReLU(inputs, channels, kernelSize: 1))
    down1 = down(inputs, kernelSize: 7)
    down2 = down(1, kernelSize: 5)
    down3 = down(1, kernelSize: 3)
  }

  override func forward(_ input: Tensor) -> Tensor {
    let x1 = down1(input)
    let x2 = down2(x1)
    let x3 = down3(x2)
    // The reference doubles the size, which is the same where it is even.
    let y2 = conv2(x2).converted(to: .float32) + resized(conv3(x3), like: x2)
    let y1 = conv1(x1).converted(to: .float32) + resized(y2, like: x1)
    return resized(y1, like: input) * mid(input).converted(to: .float32)
  }
}

/// A convolution with bias, batch norm and ReLU (`ConvBnRelu`).
private final class ConvolutionNormReLU: Module {
  private let conv: Conv2D
  private let bn: BatchNorm
  private let activation = ReLU()

  init(_ inputs: Int, _ outputs: Int, kernelSize: Int) {
    conv = Conv2D(inputs, outputs, kernelSize: Extent(kernelSize), padding: Extent(kernelSize / 2))
    conv.weight.initializer = .kaimingUniform(fan: inputs * kernelSize * kernelSize)
    conv.bias?.initializer = .zeros
    bn = BatchNorm(outputs)
  }

  override func forward(_ input: Tensor) -> Tensor { Module.convolved(conv, bn, activation, input) }
}

/// Interpolated bilinearly between corners, as in the reference, in single precision.
private func resized(_ x: Tensor, like other: Tensor) -> Tensor {
  x.converted(to: .float32).resized(to: Extent(other.shape[2], other.shape[3]), alignCorners: true)
}
