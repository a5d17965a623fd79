import Layers
import Models
import Testing
import Vision

@Suite("Tensors of a file and of a model")
struct WeightsMatchTests {
  private typealias Shapes = [(name: String, shape: [Int])]

  private func shapes(_ name: String, classCount: Int = 5) throws -> Shapes {
    try Architecture.named(name).makeModel(classCount: classCount).stateShapes
  }

  private func match(
    _ file: Shapes, with name: String, classCount: Int = 5, inputChannels: Int = 3
  ) throws -> WeightsMatch {
    let architecture = try Architecture.named(name)
    let vision = VisionModel(architecture, classCount: classCount, inputChannels: inputChannels)
    let network = architecture.makeModel(classCount: classCount, inputChannels: inputChannels)
    return WeightsMatch(file, model: vision.model, network: network)
  }

  @Test("a whole network fits", arguments: ["resnet18", "densenet121", "xresnet18"])
  func whole(name: String) throws {
    let file = try shapes(name)
    let found = try match(file, with: name)
    #expect(!found.isSavedModel && found.usability == .complete && found.classCount == 5)
    #expect(found.entries.allSatisfy { $0.outcome == .matched })
    #expect(found.entries.map(\.name) == file.map(\.name))
    #expect(found.entries.map(\.position) == file.indices.map { $0 })
  }

  @Test("another class count: the classifier is new", arguments: ["resnet18", "chexnet"])
  func newClassifier(name: String) throws {
    let found = try match(shapes(name, classCount: 5), with: name, classCount: 2)
    #expect(found.usability == .newClassifier && found.classCount == 5)
    let wrong = found.entries.filter { found.isClassifier($0.name) }
    #expect(wrong.count == 2)
    #expect(wrong.map(\.outcome).contains(.wrongShape(model: [2], file: [5])))
    #expect(
      found.entries.filter { !found.isClassifier($0.name) }.allSatisfy { $0.outcome == .matched })
  }

  @Test("a body without a classifier is usable")
  func bodyAlone() throws {
    let found = try match(shapes("resnet18").filter { !$0.name.hasPrefix("fc.") }, with: "resnet18")
    #expect(found.usability == .newClassifier && found.classCount == nil)
    #expect(
      found.entries.filter { $0.outcome == .missing }.map(\.name) == ["fc.weight", "fc.bias"])
    #expect(found.entries.suffix(2).allSatisfy { $0.position == nil })
  }

  @Test("a saved model must fit with its head")
  func saved() throws {
    let architecture = try Architecture.named("resnet18")
    let file = VisionModel(architecture, classCount: 3).model.stateShapes
    let same = try match(file, with: "resnet18", classCount: 3)
    #expect(same.isSavedModel && same.usability == .complete && same.classCount == 3)
    #expect(same.classifierPrefix == nil && !same.isClassifier("fc.weight"))
    let other = try match(file, with: "resnet18", classCount: 2)
    #expect(other.isSavedModel && other.usability == .none && other.classCount == 3)
  }

  @Test("renamed tensors have reasons")
  func renamed() throws {
    let file = try shapes("densenet121").map { name, shape in
      (
        name: "module."
          + name.replacing(/(denselayer\d+\.[a-z]+)(\d)/) { "\($0.output.1).\($0.output.2)" },
        shape: shape
      )
    }
    let found = try match(file, with: "densenet121")
    #expect(found.usability == .complete)
    #expect(found.entries[0].outcome == .renamed([.prefix("module.")]))
    let norm = try #require(
      found.entries.first { $0.name == "features.denseblock1.denselayer1.norm1.weight" })
    guard case .renamed(let reasons) = norm.outcome else {
      Issue.record("\(norm.outcome)")
      return
    }
    #expect(reasons.count == 2 && reasons[0] == .prefix("module."))
    #expect(try file[#require(norm.position)].name.hasSuffix("denselayer1.norm.1.weight"))
  }

  @Test("a missing tensor or a wrong shape in the body makes a file unusable; extra tensors do not")
  func faults() throws {
    var file = try shapes("resnet18")
    file.append((name: "ema.decay", shape: []))
    #expect(try match(file, with: "resnet18").usability == .complete)
    #expect(try match(file, with: "resnet18").entries.last?.outcome == .extra)
    let layer = try #require(file.firstIndex { $0.name == "layer1.0.conv1.weight" })
    var missing = file
    missing.remove(at: layer)
    let lacking = try match(missing, with: "resnet18")
    #expect(lacking.usability == .none)
    #expect(lacking.entries.last?.name == "layer1.0.conv1.weight")
    #expect(lacking.entries.last?.outcome == .missing)
    file[layer].shape = [64, 64, 1, 1]
    let wrong = try match(file, with: "resnet18")
    #expect(wrong.usability == .none)
    #expect(
      wrong.entries[layer].outcome == .wrongShape(model: [64, 64, 3, 3], file: [64, 64, 1, 1]))
  }

  @Test("another architecture, an empty file and foreign names are not usable")
  func others() throws {
    #expect(try match(shapes("resnet18"), with: "densenet121").usability == .none)
    #expect(try match(shapes("resnet50"), with: "resnet18").usability == .none)
    #expect(try match([], with: "resnet18").usability == .none)
    let foreign = try match([(name: "a", shape: [1])], with: "resnet18")
    #expect(foreign.usability == .none && foreign.entries[0].outcome == .extra)
  }

  @Test("batch counters may be missing, as in files before PyTorch 0.4.1")
  func counters() throws {
    let file = try shapes("resnet18").filter { !$0.name.hasSuffix("num_batches_tracked") }
    let found = try match(file, with: "resnet18")
    #expect(found.usability == .complete && found.entries.count == file.count)
  }

  @Test("RGB and gray filters fit a network for other channels; other filters do not")
  func channels() throws {
    var file = try shapes("resnet18")
    let gray = try match(file, with: "resnet18", inputChannels: 1)
    #expect(gray.usability == .complete)
    #expect(gray.entries[0].outcome == .adapted(model: 1, file: 3, []))
    file[0].shape = [64, 1, 7, 7]
    for channels in [2, 3, 5] {
      let found = try match(file, with: "resnet18", inputChannels: channels)
      #expect(found.usability == .complete)
      #expect(found.entries[0].outcome == .adapted(model: channels, file: 1, []))
    }
    #expect(try match(file, with: "resnet18", inputChannels: 1).entries[0].outcome == .matched)
    file[0].shape = [64, 6, 7, 7]
    #expect(try match(file, with: "resnet18", inputChannels: 1).usability == .none)
    #expect(try match(file, with: "resnet18", inputChannels: 6).usability == .complete)
    // Also the first filters of a saved model.
    let architecture = try Architecture.named("resnet18")
    let saved = VisionModel(architecture, classCount: 5).model.stateShapes
    let found = try match(saved, with: "resnet18", inputChannels: 1)
    #expect(found.isSavedModel && found.usability == .complete)
    #expect(found.entries[0].outcome == .adapted(model: 1, file: 3, []))
  }
}
