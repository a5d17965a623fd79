import Layers
import Models
import Testing
import Vision

/// The names are those of the libraries' sources: torchvision's and timm's children in their order, transformers
/// `modeling_resnet.py`, MONAI `densenet.py`, and the wrappers in the documentation of Lightning and RadImageNet.
@Suite("Names of other libraries")
struct LibraryNamesTests {
  private typealias Shapes = [(name: String, shape: [Int])]

  private func shapes(_ name: String, inputChannels: Int = 3) throws -> Shapes {
    try Architecture.named(name).makeModel(classCount: 5, inputChannels: inputChannels).stateShapes
  }

  private func match(_ file: Shapes, with name: String) throws -> WeightsMatch {
    let vision = VisionModel(try .named(name), classCount: 5)
    let network = try Architecture.named(name).makeModel(classCount: 5)
    return WeightsMatch(file, model: vision.model, network: network)
  }

  /// Every tensor of the body matches the one of the same place, and the result is usable.
  private func check(
    _ original: Shapes, _ renamed: Shapes, _ name: String, _ usability: WeightsMatch.Usability
  ) throws {
    let found = try match(renamed, with: name)
    #expect(!found.isSavedModel && found.usability == usability, "\(name)")
    for (tensor, entry) in zip(original, found.entries)
    where entry.outcome != .extra && entry.position != nil {
      #expect(entry.name == tensor.name)
    }
  }

  private static let torchvision = [
    "conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3", "layer4", "avgpool", "fc",
  ]

  /// `Sequential(*list(network.children()))`.
  private func numbered(_ name: String, _ children: [String]) -> String {
    let parts = name.split(separator: ".", maxSplits: 1)
    return "\(children.firstIndex(of: String(parts[0])) ?? -1).\(parts[1])"
  }

  @Test(
    "a ResNet as Sequential(*children)", arguments: ["resnet18", "resnet50"],
    ["feature_extractor.", "backbone.", "", "model.0."])
  func numberedResNet(name: String, prefix: String) throws {
    let file = try shapes(name)
    // Without the classifier, as in Lightning's example, which has its own.
    let body = file.filter { !$0.name.hasPrefix("fc.") }
    var renamed = body.map { (name: prefix + numbered($0.name, Self.torchvision), shape: $0.shape) }
    renamed.append((name: "classifier.weight", shape: [10, 512]))
    try check(body, renamed, name, .newClassifier)
    // With it.
    let whole = file.map { (name: prefix + numbered($0.name, Self.torchvision), shape: $0.shape) }
    #expect(whole[0].name == prefix + "0.weight")
    #expect(whole.last?.name == prefix + "9.bias")
    try check(file, whole, name, .complete)
  }

  @Test("a timm ResNet as Sequential(*children)")
  func numberedTimm() throws {
    let children = [
      "conv1", "bn1", "act1", "maxpool", "layer1", "layer2", "layer3", "layer4", "global_pool",
      "fc",
    ]
    let file = try shapes("resnet18d")
    let renamed = file.map { (name: numbered($0.name, children), shape: $0.shape) }
    #expect(renamed.contains { $0.name == "0.0.weight" })
    try check(file, renamed, "resnet18d", .complete)
  }

  @Test(
    "a DenseNet as Sequential(*children), and its features alone", arguments: ["backbone.", ""])
  func numberedDenseNet(prefix: String) throws {
    let file = try shapes("densenet121")
    let whole = file.map {
      (name: prefix + numbered($0.name, ["features", "classifier"]), shape: $0.shape)
    }
    #expect(whole[0].name == prefix + "0.conv0.weight")
    try check(file, whole, "densenet121", .complete)
    let layers = [
      "conv0", "norm0", "relu0", "pool0", "denseblock1", "transition1", "denseblock2",
      "transition2",
      "denseblock3", "transition3", "denseblock4", "norm5",
    ]
    let body = file.filter { $0.name.hasPrefix("features.") }
    let inner = body.map {
      (name: prefix + numbered(String($0.name.dropFirst(9)), layers), shape: $0.shape)
    }
    #expect(inner[0].name == prefix + "0.weight")
    try check(body, inner, "densenet121", .newClassifier)
  }

  /// torchvision's name as Hugging Face writes it.
  private func huggingFace(_ name: String) -> String {
    let parts = name.split(separator: ".").map(String.init)
    func kind(_ part: String) -> String {
      part.hasPrefix("conv") || part == "0" ? "convolution" : "normalization"
    }
    switch parts[0] {
    case "conv1", "bn1": return "resnet.embedder.embedder.\(kind(parts[0])).\(parts[1])"
    case "fc": return "classifier.1.\(parts[1])"
    default:
      let stage = (Int(parts[0].suffix(1)) ?? 0) - 1
      let block = "resnet.encoder.stages.\(stage).layers.\(parts[1])"
      if parts[2] == "downsample" { return "\(block).shortcut.\(kind(parts[3])).\(parts[4])" }
      let number = (Int(parts[2].suffix(1)) ?? 0) - 1
      return "\(block).layer.\(number).\(kind(parts[2])).\(parts[3])"
    }
  }

  @Test("Hugging Face's ResNets", arguments: ["resnet18", "resnet50"], ["", "module.", "model."])
  func huggingFaceResNet(name: String, prefix: String) throws {
    let file = try shapes(name)
    let renamed = file.map { (name: prefix + huggingFace($0.name), shape: $0.shape) }
    #expect(renamed[0].name == prefix + "resnet.embedder.embedder.convolution.weight")
    #expect(
      renamed.contains {
        $0.name == prefix + "resnet.encoder.stages.0.layers.0.layer.0.convolution.weight"
      })
    try check(file, renamed, name, .complete)
    // ResNetModel, without a classifier, has no prefix.
    let body = file.filter { !$0.name.hasPrefix("fc.") }
    let bare = body.map { (name: String(huggingFace($0.name).dropFirst(7)), shape: $0.shape) }
    try check(body, bare, name, .newClassifier)
  }

  @Test("MONAI's DenseNet")
  func monai() throws {
    let file = try shapes("densenet121")
    let renamed = file.map { name, shape in
      (
        name: name.replacing(/(denselayer\d+)\./) { "\($0.output.1).layers." }
          .replacing(/^classifier/) { _ in "class_layers.out" }, shape: shape
      )
    }
    #expect(renamed.contains { $0.name == "features.denseblock1.denselayer1.layers.norm1.weight" })
    try check(file, renamed, "densenet121", .complete)
  }

  @Test("TorchXRayVision's DenseNet: one input channel, thresholds beside the weights")
  func torchXRayVision() throws {
    var file = try shapes("densenet121", inputChannels: 1)
    file.append((name: "op_threshs", shape: [18]))
    let found = try match(file, with: "densenet121")
    #expect(found.usability == .complete)
    #expect(found.entries[0].outcome == .adapted(model: 3, file: 1, []))
    #expect(found.entries.last?.outcome == .extra)
  }

  @Test("numbers do not confuse networks whose children have numbers")
  func numberedNetworks() throws {
    let file = try shapes("xresnet18")
    #expect(try match(file, with: "xresnet18").entries.allSatisfy { $0.outcome == .matched })
    #expect(try match(file, with: "resnet18").usability == .none)
    #expect(try match(shapes("resnet18"), with: "xresnet18").usability == .none)
  }
}
