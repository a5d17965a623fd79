import DataBlocks
import Foundation
import Imaging
import Interpret
import Layers
import Tensors
import TestSupport
import Testing

/// The networks, inputs and expected maps of `Fixtures/cam`.
struct CAMCases {
  let fixture: CAMFixture
  let maps: [String: FixtureTensor]
  private let weights: [String: FixtureTensor]

  init() throws {
    fixture = try Fixture.json("cam/cam.json", as: CAMFixture.self)
    weights = try SafetensorsFixture.load("cam/models.safetensors")
    maps = try SafetensorsFixture.load("cam/maps.safetensors")
  }

  /// One class of one input at one layer.
  struct Case {
    let network: CAMNetwork
    let layer: Module
    let input: Tensor
    let classIndex: Int
    let vocab: [String]
    /// `tiny/0/1/` or `tiny/0/1/middle/`.
    let prefix: String
    let model: String
    let inputIndex: Int
  }

  func network(_ model: CAMFixture.Model) -> CAMNetwork {
    let network = CAMNetwork.make(model.spec)
    let report = network.load(CAMNetwork.weights(model.name, in: weights))
    #expect(report.mismatched.isEmpty && report.missing.isEmpty)
    #expect(report.unexpected == ["noise", "rise_masks"])
    network.eval()
    return network
  }

  func input(_ model: CAMFixture.Model, _ index: Int) throws -> Tensor {
    let all = try given("\(model.name)/inputs")
    return all[index..<(index + 1)]
  }

  /// A tensor of the file of weights: inputs, noise or masks.
  func given(_ key: String) throws -> Tensor {
    let found = try #require(weights[key], "\(key)")
    return Tensor(found.floats, shape: found.shape)
  }

  func expected(_ key: String) throws -> FixtureTensor { try #require(maps[key], "\(key)") }

  /// Every class of every input, and of the first inputs at the layer in the middle on request.
  func all(middle: Bool = true) throws -> [Case] {
    var found: [Case] = []
    for model in fixture.models {
      let network = network(model)
      let vocab = (0..<model.spec.classes).map { "class \($0)" }
      for index in model.inputs.indices {
        let input = try input(model, index)
        for classIndex in vocab.indices {
          let prefix = "\(model.name)/\(index)/\(classIndex)/"
          func add(_ layer: Module, _ path: String) {
            found.append(
              Case(
                network: network, layer: layer, input: input, classIndex: classIndex, vocab: vocab,
                prefix: prefix + path, model: model.name, inputIndex: index))
          }
          add(network.last, "")
          if middle, index == 0 { add(network.middle, "middle/") }
        }
      }
    }
    return found
  }
}

extension CAMCases.Case {
  /// The map of this case's class.
  func map(
    _ method: any MapMethod, layers: [Module]? = nil, options: MapOptions = .reference
  ) throws -> ClassMap {
    let taps = (layers ?? [layer]).enumerated().map { TappedLayer("\($0.offset)", $0.element) }
    let explainer = Explainer(
      model: network, vocab: vocab, method, layers: taps, options: options)
    return try explainer(prepared(input), classes: [classIndex]).maps[0]
  }

  /// What the method computes from.
  func context() throws -> MapContext {
    let explainer = Explainer(
      model: network, vocab: vocab, Saliency(), layers: [], options: .reference)
    return try explainer.context(
      input, target: .logit(classIndex), layer: TappedLayer("layer", layer))
  }
}
