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

  @Test("groups and what stays trainable when frozen", arguments: ["resnet18", "resnet34"])
  func groups(name: String) throws {
    struct File: Decodable {
      struct Count: Decodable { let tensors: Int, elements: Int }
      struct Case: Decodable {
        let arch: String
        let groups: [Count]
        let trainable_train_bn_true: [String: [Count]]
        let trainable_train_bn_false: [String: [Count]]
      }
      let cases: [Case]
    }
    let test = try #require(
      try Fixture.json("training/param_groups.json", as: File.self).cases.first { $0.arch == name })
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
      let optimizer = Optimizer(
        Adam(), groups: groups.map { $0.map { ("", $0) } }, trainsBatchNorm: trains)
      for (key, freeze) in [
        ("freeze", -1), ("freeze_to_minus_2", -2), ("freeze_to_1", 1), ("unfreeze", 0),
      ] {
        optimizer.freeze(before: freeze)
        let wanted = try #require(expected[key]).map { [$0.tensors, $0.elements] }
        #expect(counts(\.requiresGradient) == wanted, "\(key)")
      }
    }
  }
}
