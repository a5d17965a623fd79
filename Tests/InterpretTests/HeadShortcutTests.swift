import DataBlocks
import Hooks
import Imaging
import Interpret
import Layers
import Models
import Tensors
import Testing
import Vision

@Suite("Shortcuts for networks that end in pooling and one layer")
struct HeadShortcutTests {
  private func image(_ size: Int) -> PreparedImage {
    var random = RandomSource(seed: 5)
    let values = (0..<3 * size * size).map { _ in Float(random.normal()) }
    return PreparedImage(
      input: Tensor(values, shape: [1, 3, size, size]),
      original: PixelBuffer(
        width: size, height: size, channels: 1,
        samples: [UInt8](repeating: 0, count: size * size)), geometry: .identity)
  }

  /// A copy of a chain that hides its head, so that gradients need a backward pass.
  private final class Hidden: Module {
    let network: Module
    init(_ network: Module) { self.network = network }
    override func forward(_ input: Tensor) -> Tensor { network(input) * 1 }
  }

  @Test(
    "gradients and contributions by the weights of the head equal those by backward and ablation")
  func linearHead() throws {
    let network = try Architecture.named("resnet18").makeModel(classCount: 4)
    network.initialize(seed: 3)
    network.eval()
    let layer = TappedLayer("layer4", try #require(network["layer4"]))
    let vocab = ["a", "b", "c", "d"]
    let image = image(64)
    for method: any MapMethod in [GradCAM(), HiResCAM(), LayerCAM(), CAM(), AblationCAM()] {
      let short = try Explainer(model: network, vocab: vocab, method, layers: [layer])(image)
      let long = try Explainer(
        model: Hidden(network), vocab: vocab, method, layers: [layer])(image)
      for (a, b) in zip(short.maps, long.maps) {
        #expect(a.className == b.className)
        let scale = b.map.absolute().amax().item
        #expect(scale > 0)
        let difference = (a.map - b.map).absolute().amax().item
        #expect(
          difference < 1e-4 * scale, "\(method.title) \(a.className): \(difference) of \(scale)")
      }
    }
  }

  @Test(
    "the CAM of a DenseNet is of its features after ReLU: its mean is the logit without the bias",
    arguments: [
      ("densenet121", "features", "classifier"),
      ("chexnet", "densenet121.features", "densenet121.classifier.0"),
    ])
  func rectifiedHead(name: String, path: String, classifier: String) throws {
    let network = try Architecture.named(name).makeModel(classCount: 3)
    network.initialize(seed: 4)
    network.eval()
    let image = image(96)
    let layer = try #require(network[path])
    let maps = try Explainer(
      model: network, vocab: ["a", "b", "c"], CAM(), layers: [TappedLayer(path, layer)],
      options: MapOptions(target: .logit), logits: { network.logits($0) })(image).maps
    let head = try #require(network[classifier] as? Linear)
    let activation = withHook(on: layer) { hook in
      _ = network(image.input)
      return hook.stored
    }
    let features = try #require(activation)
    let rectified = features.relu()
    #expect(rectified.shape == [1, 1024, 3, 3] && maps.count == 3)
    #expect(rectified.amax().item > 0 && features.amin().item < 0)
    for map in maps {
      let weights = head.weight.value[map.classIndex].reshaped(to: [1, 1024, 1, 1])
      let expected = (rectified * weights).sum(axes: [1])[0]
      let difference = (map.map - expected).absolute().amax().item
      #expect(difference < 1e-4 * expected.absolute().amax().item, "\(name) \(map.className)")
    }
  }

  @Test("the CAM of PYLON is its map of the class without the bias")
  func denseClasses() throws {
    let model = VisionModel(try Architecture.named("pylon_resnet18"), classCount: 3)
    model.model.eval()
    let layer = try #require(model.layer("decoder.output"))
    let image = image(96)
    let explainer = Explainer(
      model: model.model, vocab: ["a", "b", "c"], CAM(),
      layers: [TappedLayer("decoder.output", layer)])
    let classes = try #require(model.layer("decoder.segmentation_head.0") as? Conv2D)
    let maps =
      classes(model.body(image.input))
      - (try #require(classes.bias)).value.reshaped(to: [1, 3, 1, 1])
    for map in try explainer(image).maps {
      let expected = maps[0, map.classIndex]
      #expect(map.map.shape == [24, 24] && expected.shape == [24, 24])
      let difference = (map.map - expected).absolute().amax().item
      #expect(difference < 1e-4 * expected.absolute().amax().item)
    }
    // Of another network, the maximum is no sum over cells.
    let other = VisionModel(try Architecture.named("resnet18"), classCount: 3)
    let refused = Explainer(
      model: other.model.eval(), vocab: ["a", "b", "c"], CAM(),
      layers: [TappedLayer("layer4", try #require(other.layer("layer4")))])
    #expect(throws: MapError.self) { try refused(image) }
  }
}
