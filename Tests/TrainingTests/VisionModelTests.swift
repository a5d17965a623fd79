import Foundation
import Layers
import Models
import Tensors
import TestSupport
import Testing
import Training
import Vision

@Suite("Heads and groups compared with fastai's vision_learner")
struct VisionModelTests {
  @Test(
    "names, shapes, groups and logits of fastai's and timm's networks and for one-channel images",
    arguments: ["xresnet34", "xresnet18_deep", "resnet26d", "seresnet18", "resnet50"])
  func trees(name: String) throws {
    struct File: Decodable {
      struct Entry: Decodable, Equatable {
        let name: String, shape: [Int]
        init(_ name: String, _ shape: [Int]) { (self.name, self.shape) = (name, shape) }
        init(from decoder: any Decoder) throws {
          var pair = try decoder.unkeyedContainer()
          (name, shape) = (try pair.decode(String.self), try pair.decode([Int].self))
        }
      }
      struct Case: Decodable {
        let arch: String, n_out: Int, n_in: Int, state_dict: [Entry], groups: [[Int]],
          logits: [Float]
      }
      let seed: UInt64
      let cases: [Case]
    }
    let file = try Fixture.json("models/vision_models.json", as: File.self)
    let test = try #require(file.cases.first { $0.arch == name })
    let formula = NumberFormula(seed: file.seed)
    let vision = VisionModel(
      try Architecture.named(name), classCount: test.n_out, inputChannels: test.n_in)
    let state = vision.model.stateDictionary
    #expect(state.map { File.Entry($0.name, $0.tensor.shape) } == test.state_dict)
    #expect(
      vision.parameterGroups.map { [$0.count, $0.reduce(0) { $0 + $1.shape.reduce(1, *) }] }
        == test.groups)
    let values = StateDictionary(
      state.map { name, tensor in
        let values = formula.state(name, tensor.shape)
        return (
          name: name,
          tensor: tensor.dtype == .int64
            ? Tensor(values.map { Int64($0) }, shape: tensor.shape)
            : Tensor(values, shape: tensor.shape)
        )
      })
    #expect(vision.load(values).isComplete)
    vision.model.eval()
    let shape = [2, test.n_in, 64, 64]
    let x = Tensor(formula.tensor("input.eval64", shape, scale: 2), shape: shape)
    let scale = Double(test.logits.map(abs).max() ?? 1)
    expectClose(vision.model(x).floatScalars, test.logits, absolute: 1e-4 * scale, "logits")
  }

  @Test(
    "groups, and trainable parameters in frozen groups",
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
      let vision = VisionModel(try Architecture.named(name), classCount: 2)
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
        optimizer.freezeTo(try #require(cuts[key]))
        #expect(
          counts(\.requiresGradient) == wanted.map { [$0.tensors, $0.elements] }, "\(key)")
      }
    }
  }

  @Test(
    "layers are found by fastai's paths and by the network's",
    arguments: [
      ("resnet18", "0.7.1", "layer4.1"), ("resnetblur18", "0.model.layer4.-1", "layer4.1"),
      ("densenet121", "0.0.denseblock4", "features.denseblock4"),
      ("resnet26d", "0.model.layer4.-1.conv3", "layer4.1.conv3"),
      ("seresnet18", "0.model.layer4.1.se.fc2", "layer4.1.se.fc2"), ("xresnet18", "0.7.1", "7.1"),
      ("resnet20", "0.5.-1", "layer3.2"),
      ("chexnet", "0.0.norm5", "densenet121.features.norm5"),
    ])
  func layers(name: String, path: String, own: String) throws {
    let vision = VisionModel(try Architecture.named(name), classCount: 2)
    let layer = try #require(vision.layer(path))
    #expect(layer === vision.layer(own))
    #expect(vision.layer("layer9") == nil)
    #expect(vision.layer(vision.lastSpatialLayerPath) === vision.lastSpatialLayer)
    #expect(vision.layerPaths.contains { own.hasPrefix($0) }, "\(vision.layerPaths)")
  }

  @Test(
    "weights of a whole network are loaded into the body; its classifier is unexpected",
    arguments: ["resnetblur18", "densenet121", "xresnet18", "chexnet", "resnet26d"])
  func pretrained(name: String) throws {
    let architecture = try Architecture.named(name)
    let network = architecture.makeModel(classCount: 5)
    let state = network.stateDictionary
    // DenseNet's published weights have `norm.1` instead of `norm1`.
    let published = StateDictionary(
      state.map { name, tensor in
        (
          name: name.replacing(/(denselayer\d+\.[a-z]+)(\d)/) { "\($0.output.1).\($0.output.2)" },
          tensor: tensor
        )
      })
    #expect((published.names == state.names) == !["densenet121", "chexnet"].contains(name))
    let vision = VisionModel(architecture, classCount: 2)
    let report = vision.load(published)
    #expect(report.missing.isEmpty && report.mismatched.isEmpty)
    #expect(report.unexpected.count == 2)
    network.eval()
    vision.model.eval()
    let x = Tensor(repeating: 0.3, shape: [1, 3, 40, 48])
    #expect(vision.body(x).floatScalars == network.body(x).floatScalars)
    // A model loads its own state dictionary.
    let own = vision.model.stateDictionary
    #expect(VisionModel(architecture, classCount: 2, seed: 7).load(own).isComplete)
  }
}
