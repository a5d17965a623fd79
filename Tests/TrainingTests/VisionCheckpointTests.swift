import Checkpoints
import Foundation
import Layers
import Models
import Tensors
import TestSupport
import Testing
import Vision

@Suite("Checkpoint files loaded into vision models")
struct VisionCheckpointTests {
  private func write(
    _ state: some Sequence<(name: String, tensor: Tensor)>, _ rename: (String) -> String,
    _ body: (Checkpoint) throws -> Void
  ) throws {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("lightbox-\(UUID()).pth").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Checkpoint.write(state.map { RawTensor(rename($0.name), $0.tensor) }, to: path)
    try body(Checkpoint(contentsOf: path))
  }

  @Test(
    "a PyTorch file of a whole network is loaded into the body, with any of the known names",
    arguments: [("densenet121", "module.densenet121."), ("resnet18", "model."), ("resnet18", "")])
  func whole(name: String, prefix: String) throws {
    let architecture = try Architecture.named(name)
    let network = architecture.makeModel(classCount: 14)
    func published(_ name: String) -> String {
      prefix
        + name.replacing(/(denselayer\d+\.[a-z]+)(\d)/) { "\($0.output.1).\($0.output.2)" }
        .replacing(/^classifier/) { _ in "classifier.0" }
    }
    try write(network.stateDictionary, published) { file in
      let vision = VisionModel(architecture, classCount: 2)
      let match = try vision.match(file).match
      #expect(!match.isSavedModel && match.usability == .newClassifier && match.classCount == 14)
      #expect(!match.entries.contains { [.extra, .missing].contains($0.outcome) })
      let report = try vision.load(file)
      #expect(report.missing.isEmpty && report.mismatched.isEmpty, "\(report)")
      #expect(report.unexpected.count == 2)
      network.eval()
      vision.model.eval()
      let x = Tensor(repeating: 0.3, shape: [1, 3, 40, 48])
      #expect(vision.body(x).floatScalars == network.body(x).floatScalars)
    }
  }

  @Test("a saved model is loaded with its head; unknown names are unexpected")
  func saved() throws {
    let architecture = try Architecture.named("resnet18")
    let original = VisionModel(architecture, classCount: 3)
    try write(
      original.model.stateDictionary + [(name: "ema.decay", tensor: Tensor([Float(1)]))],
      { "module." + $0 }
    ) { file in
      let vision = VisionModel(architecture, classCount: 3, seed: 7)
      #expect(try vision.match(file).match.isSavedModel)
      let report = try vision.load(file)
      #expect(report.missing.isEmpty && report.mismatched.isEmpty)
      #expect(report.unexpected == ["ema.decay"])
      let (a, b) = (original.model.stateDictionary, vision.model.stateDictionary)
      #expect(zip(a, b).allSatisfy { $0.tensor.shape == $1.tensor.shape && $0.name == $1.name })
      #expect(a[0].tensor.floatScalars == b[0].tensor.floatScalars)
    }
  }

  @Test(
    "weights of another architecture: the error counts names and shows examples in one sentence")
  func mismatch() throws {
    let small = VisionModel(try .named("resnet18"), classCount: 2)
    let large = VisionModel(try .named("resnet50"), classCount: 2)
    let error = WeightsMismatch(large.load(small.model.stateDictionary), path: "a.pth")
    let expected = """
      a.pth: the weights do not fit the model: 104 matched, \
      165 missing (0.4.0.conv3.weight, 0.4.0.bn3.weight, …), \
      28 of another shape (0.4.0.conv1.weight: model 64x64x1x1, file 64x64x3x3, \
      0.4.1.conv1.weight: model 64x256x1x1, file 64x64x3x3, …); \
      choose the architecture of the file; lightbox weights check --verbose lists all names
      """
    #expect("\(error)" == expected)
  }

  @Test("a file is compared with body and head for the class count of the file")
  func check() throws {
    let architecture = try Architecture.named("resnet18")
    try write(VisionModel(architecture, classCount: 3).model.stateDictionary, { $0 }) { file in
      let check = try WeightsCheck(file, architecture)
      #expect(check.classCount == 3 && check.match.usability == .complete)
      #expect(check.stored.count == check.match.entries.count)
      #expect(try WeightsCheck(file, architecture, classCount: 2).match.usability == .none)
    }
  }

  @Test("shapes are known without initializing the weights")
  func shapes() throws {
    let model = try Architecture.named("resnet18").makeModel(classCount: 4)
    let shapes = model.stateShapes
    #expect(shapes.map(\.name) == model.stateDictionary.map(\.name))
    #expect(shapes.map(\.shape) == model.stateDictionary.map(\.tensor.shape))
  }
}
