import DataBlocks
import Foundation
import Layers
import Tensors
import TestSupport
import Testing

/// The network of the training fixtures.
final class SmallNet: Module {
  let conv1: Conv2D
  let bn1: BatchNorm
  let conv2: Conv2D
  let bn2: BatchNorm
  let conv3: Conv2D
  let bn3: BatchNorm
  let relu = ReLU()
  let fc: Linear

  init(_ shape: SmallNetFixture.Network) {
    let w = shape.widths
    conv1 = Conv2D(
      shape.cin, w[0], kernelSize: Extent(shape.k1), padding: Extent(shape.k1 / 2), bias: false)
    bn1 = BatchNorm(w[0])
    conv2 = Conv2D(w[0], w[1], kernelSize: 3, stride: 2, padding: 1, bias: false)
    bn2 = BatchNorm(w[1])
    conv3 = Conv2D(w[1], w[2], kernelSize: 3, stride: 2, padding: 1, bias: false)
    bn3 = BatchNorm(w[2])
    fc = Linear(w[2], shape.classes)
  }

  override func forward(_ input: Tensor) -> Tensor {
    let a = Module.normalized(bn1, relu, conv1(input))
    let b = Module.normalized(bn2, relu, conv2(a))
    let c = Module.normalized(bn3, relu, conv3(b))
    return fc(c.mean(axes: [2, 3]))
  }
}

/// The initial values of the network and its data, from the number formula.
struct SmallNetFixture: Decodable {
  struct Network: Decodable {
    let cin: Int, widths: [Int], k1: Int, image: [Int], classes: Int, batch: Int, batches: Int,
      valid: Int
    let signal: Double
  }
  let seed: UInt64
  let network: Network
  let train_y: [Int]
  let valid_y: [Int]

  static func load() throws -> SmallNetFixture {
    try Fixture.json("training/small_net.json", as: Self.self)
  }

  func model() -> SmallNet {
    let net = SmallNet(network)
    let formula = NumberFormula(seed: seed)
    net.load(
      StateDictionary(
        net.stateDictionary.map { name, tensor in
          let values = formula.state(name, tensor.shape)
          return (
            name: name,
            tensor: tensor.dtype == .int64
              ? Tensor(values.map { Int64($0) }, shape: tensor.shape)
              : Tensor(values, shape: tensor.shape)
          )
        }))
    return net
  }

  func batches(_ split: String) -> TensorBatches {
    let formula = NumberFormula(seed: seed)
    let labels = split == "train" ? train_y : valid_y
    let shape = [network.cin] + network.image
    let size = shape.reduce(1, *)
    let u = formula.uniform("\(split).x", [labels.count] + shape)
    let pattern = formula.uniform("pattern", [network.classes] + shape)
    let x = (0..<(labels.count * size)).map { i in
      Float(u[i] + network.signal * pattern[labels[i / size] * size + i % size])
    }
    return TensorBatches(
      inputs: Tensor(x, shape: [labels.count] + shape), targets: Tensor(labels.map { Int64($0) }),
      batchSize: network.batch)
  }
}
