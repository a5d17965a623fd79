import DataBlocks
import Imaging
import Interpret
import Layers
import Models
import Tensors
import Testing
import Vision

@Suite("Places of cells by receptive field")
struct ReceptiveFieldTests {
  private func grid(_ architecture: String, _ layer: String, size: Int = 224) throws -> MapGrid {
    let vision = VisionModel(try Architecture.named(architecture), classCount: 2, seed: 1)
    return try grid(vision.model, try #require(vision.layer(layer)), [1, 3, size, size])
  }

  private func grid(_ model: Module, _ layer: Module, _ shape: [Int]) throws -> MapGrid {
    let explainer = Explainer(
      model: model, vocab: ["a", "b"], GradCAM(), layers: [TappedLayer("layer", layer)])
    return try explainer(prepared(Tensor.zeros(shape)), classes: [1]).maps[0].grid
  }

  // Odd windows with stride 2 and half their size as padding are centered on every second pixel (2 i); a mean of
  // 2 × 2 pixels lies between them (2 i + 1/2). Pixel i has its center at i + 1/2.
  @Test(
    "ResNets at 32 i, DenseNets at 32 i + 14, whatever the size",
    arguments: [
      ("resnet18", "layer4", 32.0, 0.0), ("resnet18", "layer3", 16, 0),
      ("resnet18", "layer2", 8, 0),
      ("resnet18", "layer1", 4, 0), ("resnet50", "layer4", 32, 0), ("resnet34", "layer4.0", 32, 0),
      ("resnetblur50", "layer4", 32, 0), ("seresnet18", "layer4", 32, 0),
      ("densenet121", "features", 32, 14), ("xresnet18", "layer4", 32, 0),
    ])
  func architectures(_ name: String, _ layer: String, _ step: Double, _ first: Double) throws {
    let known = Architecture.all.contains { $0.name == name }
    try #require(known, "\(name) is not an architecture")
    let vision = VisionModel(try Architecture.named(name), classCount: 2, seed: 1)
    let path = vision.layer(layer) == nil ? vision.lastSpatialLayerPath : layer
    for size in [224, 160] {
      let grid = try grid(name, path, size: size)
      #expect(
        [grid.x, grid.y, grid.stepX, grid.stepY] == [first + 0.5, first + 0.5, step, step],
        "\(name) \(path) at \(size): \(grid)")
    }
  }

  /// A convolution with stride 3 and a mean of 2 × 2 pixels that only `forward` knows of.
  private final class Hidden: Module {
    let weight = Parameter(shape: [4, 3, 3, 3], initializer: .pyTorchDefault(fanIn: 27))
    override func forward(_ input: Tensor) -> Tensor {
      input.conv2d(weight.watched(with: input), stride: 3, padding: 1).avgPool2d(kernelSize: 2)
    }
  }

  @Test("a module that hides its windows is probed")
  func hidden() throws {
    let hidden = Hidden()
    let model = Sequential(hidden, ReLU(), AdaptiveAvgPool2D(), Flatten(), Linear(4, 2))
    model.initialize(seed: 3)
    // The windows start at 3 i − 1, so their centers are 3 i; two of them have their middle at 6 i + 3/2.
    let found = try grid(model, hidden, [1, 3, 64, 80])
    for (value, expected) in [(found.x, 2.0), (found.y, 2), (found.stepX, 6), (found.stepY, 6)] {
      #expect(abs(value - expected) < 1e-9, "\(found)")
    }
  }

  @Test("a peak of the input is mapped to where it is")
  func peak() throws {
    // Every weight is 1: a cell's activation is the sum of its receptive field.
    let convolutions = (0..<3).map { _ in
      Conv2D(1, 1, kernelSize: 3, stride: 2, padding: 1, bias: false)
    }
    for convolution in convolutions {
      convolution.weight.value = Tensor.ones([1, 1, 3, 3])
    }
    let linear = Linear(1, 2)
    linear.weight.value = Tensor([0, 1] as [Float], shape: [2, 1])
    let body = Sequential(convolutions)
    let model = Sequential(body, AdaptiveAvgPool2D(), Flatten(), linear)
    var input = Tensor.zeros([1, 1, 64, 64])
    input.makeUnique()
    input.floats[24 * 64 + 40] = 1
    let explainer = Explainer(
      model: model, vocab: ["a", "b"], GradCAM(), layers: [TappedLayer("body", body)])
    let map = try explainer(prepared(input), classes: [1]).maps[0]
    let box = map.grid.box(row: map.peak.row, column: map.peak.column)
    #expect((box.x0 + box.x1) / 2 == 40.5 && (box.y0 + box.y1) / 2 == 24.5)
  }

  @Test("the stages of a network are the last layers of each resolution")
  func stages() throws {
    let vision = VisionModel(try Architecture.named("resnet18"), classCount: 2, seed: 1)
    let stages = TappedLayer.stages(of: vision.model, input: [1, 3, 96, 96])
    let expected = try ["layer1", "layer2", "layer3", "layer4"].map {
      try #require(vision.layer($0))
    }
    #expect(stages.count >= 4)
    for (stage, layer) in zip(stages.suffix(4), expected) {
      #expect(
        stage.module === layer || stage.module === layer.namedChildren.last?.module, "\(stage.path)"
      )
    }
  }
}
