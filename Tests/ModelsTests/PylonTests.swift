import Layers
import Models
import Tensors
import TestSupport
import Testing
import Vision

@Suite("PYLON", .serialized)
struct PylonTests {
  private func loaded() throws -> (
    NetworkCase, [String: FixtureTensor], any ImageClassifier
  ) {
    let (cases, tensors) = try NetworkCase.load("pylon")
    #expect(cases.count == 1)
    let one = try #require(cases["pylon_resnet18"])
    let model = try Architecture.named("pylon_resnet18").makeModel(classCount: one.classes)
    let report = model.load(model.fitting(one.weights()))
    #expect(report.isComplete, "\(report)")
    return (one, tensors, model)
  }

  @Test("logits, maps of classes, loss and gradients are those of the authors' implementation")
  func numbers() throws {
    let (one, tensors, model) = try loaded()
    #expect(model.parameters.map { $0.shape.reduce(1, *) }.reduce(0, +) == one.parameters)
    model.eval()
    let name = "pylon_resnet18"
    try expectNear(model(one.images()), tensors["\(name).logits"], name)
    let features = model.body(one.images())
    try expectNear(features[0..<1, 0..<4], tensors["\(name).last_block"], name)
    let classes = try #require(model["decoder.segmentation_head.0"])
    try expectNear(classes(features)[0..<1], tensors["\(name).maps"], name)
    let loss = model(Tape().record(one.images())).crossEntropy(Tensor(one.labels))
    #expect(abs(Double(loss.item) - one.loss) < 1e-5 * one.loss)
    loss.backward()
    let state = Set(one.gradients.keys)
    var compared = 0
    for (path, parameter) in model.namedParameters {
      let stored =
        ["net.encoder.", "net.", "net.decoder."].map { $0 + path }
        + ["net." + path.replacing("decoder.segmentation_head", with: "segmentation_head")]
      let expected = try #require(stored.first(where: state.contains).flatMap { one.gradients[$0] })
      let gradient = try #require(parameter.gradient)
      let norm = Double(gradient.squared().sum().item).squareRoot()
      #expect(abs(norm - expected) < 2e-3 * expected + 1e-7, "\(path)")
      compared += 1
    }
    #expect(compared == one.gradients.count)
  }

  @Test("a vision model trains decoder and head after the encoder, and reads weights of a ResNet")
  func visionModel() throws {
    let architecture = try Architecture.named("pylon_resnet18")
    let model = VisionModel(architecture, classCount: 2, inputChannels: 1)
    let groups = model.parameterGroups
    #expect(groups.count == 3)
    #expect(
      Set(groups.flatMap(\.self).map(ObjectIdentifier.init))
        == Set(model.model.parameters.map(ObjectIdentifier.init)))
    #expect(groups.map(\.count).reduce(0, +) == model.model.parameters.count)
    let resnet = try Architecture.named("resnet18").makeModel()
    let report = model.load(resnet.stateDictionary)
    #expect(report.missing.isEmpty && report.mismatched.isEmpty, "\(report)")
    #expect(report.unexpected.sorted() == ["fc.bias", "fc.weight"] && report.adapted.count == 1)
    #expect(
      model.layer("layer4.1.conv2")?.parameters[0].value.floatScalars
        == resnet["layer4.1.conv2"]?.parameters[0].value.floatScalars)
    #expect(model.model(Tensor(repeating: 0.1, shape: [2, 1, 256, 256])).shape == [2, 2])
    model.model.eval()
    for size in [32, 160, 224, 250] {
      #expect(model.model(Tensor(repeating: 0.1, shape: [1, 1, size, size])).shape == [1, 2])
    }
  }
}
