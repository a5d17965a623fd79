import Layers
import Tensors
import TestSupport

/// The content of `cam/cam.json`.
struct CAMFixture: Decodable {
  struct Spec: Decodable {
    let architecture: String
    let input: [Int]
    let widths: [Int]
    let classes: Int
  }
  struct Box: Decodable {
    let box: [Double]
    let classIndex: Int
    let row: Int
    let column: Int

    enum CodingKeys: String, CodingKey {
      case box
      case classIndex = "class"
      case row = "peak_row"
      case column = "peak_column"
    }
  }
  struct FMI: Decodable {
    let order: [Int]
    let boxes: [Box]
  }
  struct Input: Decodable {
    let input: Int
    let predicted: Int
    let fmi: FMI
  }
  struct Model: Decodable {
    let name: String
    let spec: Spec
    let inputs: [Input]
  }

  let models: [Model]
  /// The number of maps of each method in the whole set.
  let maps: [String: Int]
}

/// A network of the fixture with the layers that the maps are computed at.
class CAMNetwork: Module {
  var last: Module { preconditionFailure("\(type(of: self)) does not override last") }
  var middle: Module { preconditionFailure("\(type(of: self)) does not override middle") }

  /// Creates the network of a specification.
  static func make(_ spec: CAMFixture.Spec) -> CAMNetwork {
    switch spec.architecture {
    case "tiny": Tiny(spec.input[0], spec.widths, spec.classes)
    case "tinyres": TinyResidual(spec.input[0], spec.widths, spec.classes)
    default: preconditionFailure("no network is named \(spec.architecture)")
    }
  }

  /// The state dictionary of a model in `cam/models.safetensors`.
  static func weights(_ name: String, in file: [String: FixtureTensor]) -> StateDictionary {
    var found: [String: Tensor] = [:]
    for (key, value) in file where key.hasPrefix("\(name)/") && key != "\(name)/inputs" {
      found[String(key.dropFirst(name.count + 1))] = Tensor(value.floats, shape: value.shape)
    }
    return StateDictionary(found)
  }
}

/// Three convolutions with ReLU, the mean over the image, and a linear layer.
final class Tiny: CAMNetwork {
  let features: Sequential
  let fc: Linear

  init(_ channels: Int, _ widths: [Int], _ classes: Int) {
    features = Sequential(
      Conv2D(channels, widths[0], kernelSize: 3, padding: 1), ReLU(),
      Conv2D(widths[0], widths[1], kernelSize: 3, stride: 2, padding: 1), ReLU(),
      Conv2D(widths[1], widths[2], kernelSize: 3, stride: 2, padding: 1), ReLU())
    fc = Linear(widths[2], classes)
  }

  override var last: Module { features[5] }
  override var middle: Module { features[3] }
  override func forward(_ input: Tensor) -> Tensor { fc(features(input).mean(axes: [2, 3])) }
}

/// A stem, a residual block, a strided convolution, the mean over the image, and a linear layer.
final class TinyResidual: CAMNetwork {
  final class Block: Module {
    let conv1: Conv2D, bn1: BatchNorm, relu1 = ReLU()
    let conv2: Conv2D, bn2: BatchNorm, relu2 = ReLU()

    init(_ channels: Int) {
      conv1 = Conv2D(channels, channels, kernelSize: 3, padding: 1, bias: false)
      bn1 = BatchNorm(channels)
      conv2 = Conv2D(channels, channels, kernelSize: 3, padding: 1, bias: false)
      bn2 = BatchNorm(channels)
    }

    override func forward(_ input: Tensor) -> Tensor {
      relu2(bn2(conv2(relu1(bn1(conv1(input))))) + input)
    }
  }

  let stem: Sequential
  let block: Block
  let down: Sequential
  let fc: Linear

  init(_ channels: Int, _ widths: [Int], _ classes: Int) {
    stem = Sequential(
      Conv2D(channels, widths[0], kernelSize: 3, padding: 1, bias: false), BatchNorm(widths[0]),
      ReLU())
    block = Block(widths[0])
    down = Sequential(
      Conv2D(widths[0], widths[1], kernelSize: 3, stride: 2, padding: 1, bias: false),
      BatchNorm(widths[1]), ReLU())
    fc = Linear(widths[1], classes)
  }

  override var last: Module { down[2] }
  override var middle: Module { block.relu2 }
  override func forward(_ input: Tensor) -> Tensor {
    fc(down(block(stem(input))).mean(axes: [2, 3]))
  }
}
