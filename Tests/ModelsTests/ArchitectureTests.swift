import Foundation
import Layers
import Models
import Tensors
import TestSupport
import Testing

@Suite("Architectures by name")
struct ArchitectureTests {
  @Test("an unknown name throws an error with the nearest names")
  func unknown() {
    #expect(throws: UnknownArchitecture(name: "resnet19")) { try Architecture.named("resnet19") }
    #expect(UnknownArchitecture(name: "resnet35").nearest.prefix(2) == ["resnet32", "resnet34"])
    #expect(
      "\(UnknownArchitecture(name: "resnt50"))"
        == "there is no architecture \"resnt50\"; did you mean resnet50, resnet20, resnet50d?")
    let few = try? Architecture.named("resnet18")
    #expect(UnknownArchitecture(name: "x", among: few.map { [$0] } ?? []).nearest == ["resnet18"])
    #expect("\(UnknownArchitecture(name: "x", among: []))" == "there is no architecture \"x\"")
    #expect(UnknownArchitecture(name: "resnet_blur50").nearest.first == "resnetblur50")
    #expect(UnknownArchitecture(name: "DenseNet-121").nearest.first == "densenet121")
    #expect(UnknownArchitecture(name: "wide_resnet50").nearest.first == "wide_resnet50_2")
  }

  @Test(
    "parameters and multiply-adds are those of the reference",
    arguments: Architecture.all.map(\.name))
  func counts(name: String) throws {
    let model = try Architecture.named(name).makeModel()
    let (parameters, multiplyAdds) = try #require(architectureFacts[name])
    #expect(model.parameters.reduce(0) { $0 + $1.shape.reduce(1, *) } == parameters)
    let size = [.cifar: 32, .pylon: 256][try Architecture.named(name).origin] ?? 64
    let summary = ModelSummary(of: model, input: [1, 3, size, size])
    #expect(summary.parameters == parameters && summary.multiplyAdds == multiplyAdds)
    #expect(summary.trainable == parameters)
    #expect(summary.layers.allSatisfy { $0.output != nil })
    let grouped = model.bodyGroups.flatMap(\.self)
    #expect(
      (grouped + model.newParameters).map(ObjectIdentifier.init)
        == model.body.parameters.map(ObjectIdentifier.init))
    #expect(model[model.lastSpatialLayerPath] != nil)
    let classifier = try #require(model[model.classifierName])
    #expect(classifier.modules.contains { $0 is Linear || $0 is Conv2D })
    #expect(!model.blocks.isEmpty)
  }

  @Test("names are sorted and unique")
  func order() {
    let names = Architecture.all.map(\.name)
    #expect(names == Set(names).sorted())
  }

  @Test(
    "the output of a body has featureCount channels and 1/32 of the input's size",
    arguments: [
      "resnet18", "resnetblur18", "resnext50_32x4d", "densenet121", "resnet18d", "resnetaa50",
      "seresnet18", "xresnet18", "chexnet",
    ])
  func bodies(name: String) throws {
    let model = try Architecture.named(name).makeModel(classCount: 3, inputChannels: 1).eval()
    let x = Tensor(repeating: 0.5, shape: [1, 1, 64, 96])
    #expect(model(x).shape == [1, 3])
    let network = try Architecture.named(name).makeModel(classCount: 3, inputChannels: 1)
    network.eval()
    #expect(network.body(x).shape == [1, network.featureCount, 2, 3])
  }

  @Test(
    "blocks of timm and fastai start as the identity, those of torchvision and CIFAR do not",
    arguments: [
      ("resnetblur50", "layer2.1.bn3", 0), ("resnet18d", "layer4.0.bn2", 0),
      ("xresnet18_deep", "8.0.convpath.1.1", 0), ("xresnet50", "4.0.convpath.2.1", 0),
      ("resnet50", "layer2.1.bn3", 1), ("resnet20", "layer2.1.bn2", 1),
      ("xresnet50", "4.0.convpath.1.1", 1),
    ])
  func firstValues(name: String, path: String, scale: Float) throws {
    let model = try Architecture.named(name).makeModel()
    let norm = try #require(model[path] as? BatchNorm)
    #expect(Set(norm.weight.value.floatScalars) == [scale])
    #expect(Set(norm.bias.value.floatScalars) == [0])
  }

  @Test("CheXNet returns 14 probabilities, the sigmoid of its logits; other networks return logits")
  func outputs() throws {
    let architecture = try Architecture.named("chexnet")
    #expect(architecture.classCount == 14 && architecture.vocab.count == 14)
    #expect(architecture.vocab.firstIndex(of: "Pneumothorax") == 7)
    let model = try #require(architecture.makeModel() as? CheXNet)
    model.initialize(seed: 1)
    let x = Tensor(repeating: 0.4, shape: [1, 3, 32, 32])
    let logits = model.eval().logits(x)
    #expect(logits.shape == [1, 14] && model.outputs == .probabilities)
    #expect(model(x).floatScalars == logits.sigmoid().floatScalars)
    #expect(try Architecture.named("resnet20").makeModel().outputs == .logits)
    #expect(Architecture.all.filter { $0.origin == .cifar }.allSatisfy { $0.classCount == 10 })
  }

  @Test("custom architectures are found among known ones")
  func own() throws {
    let mine = Architecture("mine", classCount: 2, vocab: ["no", "yes"]) {
      ResNet(.basic, depths: [2, 2, 2, 2], classCount: $0, inputChannels: $1)
    }
    #expect(try Architecture.named("Mine", among: Architecture.all + [mine]) == mine)
    #expect(throws: UnknownArchitecture(name: "mine")) { try Architecture.named("mine") }
    #expect((mine.makeModel()["fc"] as? Linear)?.weight.shape == [2, 512])
  }

  @Test("every network accepts images of 32 x 32; smaller images than the smallest trap")
  func sizes() async {
    for architecture in Architecture.all {
      let summary = ModelSummary(of: architecture.makeModel(classCount: 3), input: [1, 3, 32, 32])
      #expect(summary.output == [1, 3], "\(architecture.name)")
    }
    await #expect(processExitsWith: .failure) {
      _ = ModelSummary(
        of: try Architecture.named("densenet121").makeModel(), input: [1, 3, 16, 16])
    }
    await #expect(processExitsWith: .failure) {
      _ = try Architecture.named("resnet18").makeModel(classCount: 0)
    }
  }

  @Test("older names of DenseNet's weights are recognized")
  func olderNames() {
    let model = DenseNet(growthRate: 4, depths: [1], stem: 8)
    let known = Set(model.stateShapes.map(\.name))
    for (old, new) in [
      (
        "features.denseblock1.denselayer1.norm.1.weight",
        "features.denseblock1.denselayer1.norm1.weight"
      ),
      (
        "features.denseblock1.denselayer1.conv.2.weight",
        "features.denseblock1.denselayer1.conv2.weight"
      ),
      ("features.norm5.weight", "features.norm5.weight"),
      ("features.norm0.running_mean", "features.norm0.running_mean"),
    ] {
      for name in [old, new] {
        let found = Renaming.matches([name], to: known, rules: model.olderNames)
        #expect(found.map(\.name) == [new])
        #expect(model.fitting([name: Tensor.ones([1])]).names == [new])
      }
    }
  }

  @Test("training a DenseNet reorders no activations")
  func reorders() async {
    await #expect(processExitsWith: .success) {
      let model = DenseNet(growthRate: 32, depths: [3, 2], stem: 64, classCount: 3)
      let x = Tensor(repeating: 0.5, shape: [8, 3, 128, 128])
      func step() {
        let loss = model(Tape().record(x)).crossEntropy(Tensor([Int64](repeating: 1, count: 8)))
        loss.backward()
        for parameter in model.parameters { parameter.gradient = nil }
      }
      step()
      let before = Compute.reorders.bytes
      step()
      // Filters are reordered for each backward primitive; the output of one block has 5 MB.
      let filters = model.parameters.reduce(0) { $0 + $1.shape.reduce(4, *) }
      let moved = Compute.reorders.bytes - before
      guard moved <= 3 * filters else {
        fatalError("\(moved) bytes were reordered, with \(filters) bytes of parameters")
      }
    }
  }

  @Test("the number formula gives the fixtures' numbers")
  func formula() throws {
    struct Check: Decodable {
      struct Stream: Decodable {
        let key: String, splitmix64: [String], uniform: [Double], below_10: [Int]
      }
      let seed: UInt64
      let streams: [Stream]
    }
    let check = try Fixture.json("models/formula.json", as: Check.self)
    let formula = NumberFormula(seed: check.seed)
    for stream in check.streams {
      let raw = stream.splitmix64.map { UInt64($0, radix: 16) }
      #expect(formula.outputs(stream.key, raw.count).map { Optional($0) } == raw)
      #expect(formula.uniform(stream.key, [stream.uniform.count]) == stream.uniform)
      #expect(formula.below(stream.key, [stream.below_10.count], 10) == stream.below_10)
    }
  }

  @Test("the smallest accepted sizes run; rejected sizes trap")
  func smallest() async throws {
    let dense = try Architecture.named("densenet121").makeModel(classCount: 3).eval()
    #expect(dense.refusal(ofSize: 28) == "needs 29 x 29 or more")
    #expect(
      dense.refusal(ofSize: 29) == nil && dense(Tensor.zeros([1, 3, 29, 29])).shape == [1, 3])
    #expect(try Architecture.named("resnet18").makeModel().refusal(ofSize: 1) == nil)
    let means = try Architecture.named("resnetaa50").makeModel(classCount: 3).eval()
    #expect(means.refusal(ofSize: 50) == "needs a multiple of 32")
    #expect(means.refusal(ofSize: 64) == nil)
    #expect(means(Tensor.zeros([1, 3, 64, 64])).shape == [1, 3])
    await #expect(processExitsWith: .failure) {
      _ = try Architecture.named("densenet121").makeModel().eval()(Tensor.zeros([1, 3, 28, 28]))
    }
    await #expect(processExitsWith: .failure) {
      _ = try Architecture.named("resnetaa50").makeModel().eval()(Tensor.zeros([1, 3, 50, 50]))
    }
  }
}
