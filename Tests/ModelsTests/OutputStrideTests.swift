import Foundation
import Layers
import Models
import Tensors
import TestSupport
import Testing
import Vision

/// One network of `dilated.json` or `pylon.json`.
struct NetworkCase: Decodable {
  struct Input: Decodable { let key: String, shape: [Int], scale: Double }
  struct Entry: Decodable {
    let name: String, shape: [Int], dtype: String
    init(from decoder: any Decoder) throws {
      var list = try decoder.unkeyedContainer()
      name = try list.decode(String.self)
      shape = try list.decode([Int].self)
      dtype = try list.decode(String.self)
    }
  }
  let input: Input
  let labels: [Int64]
  let loss: Double
  let classes: Int
  let parameters: Int
  let gradients: [String: Double]
  let state: [Entry]

  private enum CodingKeys: String, CodingKey {
    case input, labels, loss, classes, parameters, gradients = "grad_l2", state = "state_dict"
  }

  private struct File: Decodable {
    let cases: [String: NetworkCase]
    init(from decoder: any Decoder) throws {
      let fields = try decoder.container(keyedBy: Name.self)
      cases = Dictionary(
        uniqueKeysWithValues: try fields.allKeys.filter { $0.stringValue != "seed" }.map {
          ($0.stringValue, try fields.decode(NetworkCase.self, forKey: $0))
        })
    }
    struct Name: CodingKey {
      let stringValue: String
      var intValue: Int? { nil }
      init?(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
    }
  }

  static func load(_ file: String) throws -> (
    cases: [String: NetworkCase], tensors: [String: FixtureTensor]
  ) {
    let data = try Data(contentsOf: Fixture.url("models/\(file).json"))
    return (
      try JSONDecoder().decode(File.self, from: data).cases,
      try SafetensorsFixture.load("models/\(file).safetensors")
    )
  }

  func weights() -> StateDictionary {
    let formula = NumberFormula(seed: 1)
    return StateDictionary(
      state.map {
        let values = formula.state($0.name, $0.shape)
        return (
          name: $0.name,
          tensor: $0.dtype == "int64"
            ? Tensor(values.map { Int64($0) }, shape: $0.shape) : Tensor(values, shape: $0.shape)
        )
      })
  }

  func images() -> Tensor {
    Tensor(
      NumberFormula(seed: 1).tensor(input.key, input.shape, scale: input.scale), shape: input.shape)
  }
}

/// Expects values within a share of the largest expected magnitude.
func expectNear(
  _ actual: Tensor, _ expected: FixtureTensor?, tolerance: Double = 1e-4, _ name: String
) throws {
  let expected = try #require(expected)
  #expect(actual.shape == expected.shape)
  let scale = expected.floats.map { Double(abs($0)) }.max() ?? 0
  expectClose(actual.floatScalars, expected.floats, absolute: tolerance * scale, name)
}

@Suite("Output strides", .serialized)
struct OutputStrideTests {
  @Test("logits, activations, losses and gradients are those of torchvision and timm")
  func numbers() throws {
    let (cases, tensors) = try NetworkCase.load("dilated")
    #expect(
      cases.keys.sorted()
        == ["resnet18.stride16", "resnet18.stride8", "resnet50.stride16", "resnet50.stride8"])
    for (name, one) in cases {
      let parts = name.split(separator: ".")
      let stride = try #require(Int(parts[1].dropFirst("stride".count)))
      let model = try Architecture.named(String(parts[0])).makeModel(classCount: one.classes)
      model.setOutputStride(stride)
      #expect(model.load(one.weights()).isComplete)
      model.eval()
      // Folded filters and stored layouts must not depend on the stride.
      _ = model(one.images())
      model.setOutputStride(32)
      #expect(model.body(one.images()).shape.suffix(2) == [2, 3])
      model.setOutputStride(stride)
      try expectNear(model(one.images()), tensors["\(name).logits"], name)
      let features = model.body(one.images())
      try expectNear(features[0..<1, 0..<4], tensors["\(name).last_block"], name)
      let logits = model(Tape().record(one.images()))
      let loss = logits.crossEntropy(Tensor(one.labels))
      #expect(abs(Double(loss.item) - one.loss) < 1e-5 * one.loss)
      loss.backward()
      for (path, parameter) in model.namedParameters {
        let expected = try #require(one.gradients[path])
        let gradient = try #require(parameter.gradient)
        let norm = Double(gradient.squared().sum().item).squareRoot()
        #expect(abs(norm - expected) < 2e-3 * expected + 1e-8, "\(name) \(path)")
      }
    }
  }

  @Test("networks have the strides that their layers can have")
  func choices() throws {
    for architecture in Architecture.all {
      let model = architecture.makeModel(classCount: 2)
      let expected =
        ["resnet18", "resnet34", "resnet50", "resnet101", "resnet152"].contains(architecture.name)
          || architecture.name.hasPrefix("resnext") || architecture.name.hasPrefix("wide_resnet")
        ? [8, 16, 32] : model is any OutputStrideClassifier ? [32] : []
      #expect(model.outputStrideChoices == expected, "\(architecture.name)")
    }
  }

  @Test("the weights of a vision model fit whatever the stride")
  func visionModel() throws {
    let architecture = try Architecture.named("resnet18")
    let fine = VisionModel(architecture, classCount: 2, outputStride: 8)
    let coarse = VisionModel(architecture, classCount: 2)
    let x = Tensor(repeating: 0.5, shape: [1, 3, 64, 64])
    #expect(fine.body(x).shape == [1, 512, 8, 8])
    #expect(coarse.body(x).shape == [1, 512, 2, 2])
    #expect(fine.model.load(coarse.model.stateDictionary).isComplete)
  }
}
