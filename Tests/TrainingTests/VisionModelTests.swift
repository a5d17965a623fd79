import Foundation
import Layers
import Models
import Tensors
import TestSupport
import Testing
import Training
import Vision

@Suite("Heads and groups against fastai's vision_learner")
struct VisionModelTests {
  @Test("names, logits, loss and gradients of body and head", .serialized, arguments: [true])
  func visionLearner(isEvaluated: Bool) throws {
    let data = try Data(contentsOf: Fixture.url("models/vision_learner_resnet34.json"))
    let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let tensors = try SafetensorsFixture.load("models/vision_learner_resnet34.safetensors")
    let formula = NumberFormula(seed: 1)
    let vision = VisionModel(try Architecture.named("resnet34"), classes: 2)
    let entries = try #require(json["state_dict"] as? [[Any]])
    #expect(vision.model.stateDictionary.map(\.name) == entries.compactMap { $0[0] as? String })
    var state: [String: Tensor] = [:]
    for (name, tensor) in vision.model.stateDictionary {
      let values = formula.state(name, tensor.shape)
      state[name] =
        tensor.dtype == .int64
        ? Tensor(values.map { Int64($0) }, shape: tensor.shape)
        : Tensor(values, shape: tensor.shape)
    }
    #expect(vision.load(state).isComplete)
    vision.model.eval()
    let x = Tensor(
      formula.tensor("input.eval64", [2, 3, 64, 64], scale: 2), shape: [2, 3, 64, 64])
    let expected = try #require(tensors["eval64.logits"]).floats
    expectClose(
      vision.model(x).floatScalars, expected, absolute: 1e-4 * Double(expected.map(abs).max() ?? 1),
      "logits")
  }

  @Test(
    "groups and what stays trainable when frozen",
    arguments: ["resnet18", "resnet34", "densenet121", "timm resnetblur50"])
  func groups(name: String) throws {
    struct File: Decodable {
      struct Count: Decodable { let tensors: Int, elements: Int }
      struct Group: Decodable { let tensors: Int, elements: Int, first: String, last: String }
      struct Case: Decodable {
        let arch: String
        let groups: [Group]
        let trainable_train_bn_true: [String: [Count]]
        let trainable_train_bn_false: [String: [Count]]
      }
      let cases: [Case]
    }
    let test = try #require(
      try Fixture.json("training/param_groups.json", as: File.self).cases.first { $0.arch == name })
    let name = name.replacing("timm ", with: "")
    for (trains, expected) in [
      (true, test.trainable_train_bn_true), (false, test.trainable_train_bn_false),
    ] {
      let vision = VisionModel(try Architecture.named(name), classes: 2)
      let groups = vision.parameterGroups
      func counts(_ isWanted: (Parameter) -> Bool) -> [[Int]] {
        groups.map { group in
          let found = group.filter(isWanted)
          return [found.count, found.reduce(0) { $0 + $1.shape.reduce(1, *) }]
        }
      }
      #expect(counts { _ in true } == test.groups.map { [$0.tensors, $0.elements] })
      let names = vision.model.namedParameters.map(\.name)
      var start = 0
      for group in test.groups {
        let range = names[start..<(start + group.tensors)]
        #expect(range.first == group.first && range.last == group.last)
        start += group.tensors
      }
      let optimizer = Optimizer(
        Adam(), groups: groups.map { $0.map { ("", $0) } }, trainsBatchNorm: trains)
      let cuts = ["freeze": -1, "freeze_to_minus_2": -2, "freeze_to_1": 1, "unfreeze": 0]
      #expect(expected.count == groups.count + 1)
      for (key, wanted) in expected {
        optimizer.freeze(before: try #require(cuts[key]))
        #expect(
          counts(\.requiresGradient) == wanted.map { [$0.tensors, $0.elements] }, "\(key)")
      }
    }
  }

  @Test(
    "layers are found by the paths of fastai and of the network",
    arguments: [
      ("resnet18", "0.7.1", "layer4.1"), ("resnetblur18", "0.model.layer4.-1", "layer4.1"),
      ("densenet121", "0.0.denseblock4", "features.denseblock4"),
    ])
  func layers(name: String, path: String, own: String) throws {
    let vision = VisionModel(try Architecture.named(name), classes: 2)
    let layer = try #require(vision.layer(path))
    #expect(layer === vision.layer(own))
    #expect(vision.layer("layer9") == nil)
    #expect(vision.layer(vision.lastSpatialLayerPath) === vision.lastSpatialLayer)
    #expect(vision.layerPaths.contains { own.hasPrefix($0) })
  }

  @Test(
    "a whole network's weights fill the body; the classifier is left over",
    arguments: ["resnetblur18", "densenet121"])
  func pretrained(name: String) throws {
    let architecture = try Architecture.named(name)
    let network = architecture.makeModel(classes: 5)
    let state = Dictionary(
      uniqueKeysWithValues: network.stateDictionary.map { ($0.name, $0.tensor) })
    // DenseNet's published weights say `norm.1` for `norm1`.
    let published = Dictionary(
      uniqueKeysWithValues: state.map { key, value in
        (key.replacing(/(denselayer\d+\.[a-z]+)(\d)/) { "\($0.output.1).\($0.output.2)" }, value)
      })
    #expect((Set(published.keys) == Set(state.keys)) == (name == "resnetblur18"))
    let vision = VisionModel(architecture, classes: 2)
    let report = vision.load(published)
    #expect(report.missing.isEmpty && report.mismatched.isEmpty)
    #expect(report.unexpected.count == 2)
    network.eval()
    vision.model.eval()
    let x = Tensor(repeating: 0.3, shape: [1, 3, 40, 48])
    #expect(vision.body(x).floatScalars == network.body(x).floatScalars)
    // Its own state goes back in, names and all.
    let own = Dictionary(
      uniqueKeysWithValues: vision.model.stateDictionary.map { ($0.name, $0.tensor) })
    #expect(VisionModel(architecture, classes: 2, seed: 7).load(own).isComplete)
  }
}
