import DataBlocks
import Foundation
import Imaging
import Interpret
import Layers
import Tensors
import TestSupport
import Testing
import Vision
import Models

@Suite("Maps and boxes")
struct BoxTests {
  /// The map that the walk-through prints, 8 x 8, whose peak is in row 2, column 2.
  static let printed: [Float] = [
    -0.0323, -0.0516, -0.0334, -0.0313, -0.0308, -0.0185, -0.0270, -0.0374, -0.0312, 0.0720, 0.1065,
    0.0011,
    0.0067, -0.0115, 0.0088, -0.0220, 0.0602, 0.2496, 0.3080, 0.2261, 0.0381, 0.0546, 0.0313,
    -0.0036, -0.0693,
    0.0633, 0.1196, 0.1218, 0.0321, 0.0277, 0.0128, 0.0244, -0.0234, 0.0895, 0.1049, 0.0646, 0.0707,
    0.0333,
    0.0303, 0.0101, 0.0038, 0.0531, 0.0158, 0.0226, 0.0879, 0.0443, 0.0624, 0.0166, -0.0166,
    -0.0376, -0.0312,
    0.0028, 0.0026, 0.0564, -0.0378, -0.0465, 0.0076, -0.0125, -0.0063, -0.0015, -0.0026, 0.0116,
    -0.0725, -0.0699,
  ]

  private func explanation(
    _ values: [Float], _ shape: [Int], inputSize: (Int, Int), geometry: ImageGeometry,
    original: (height: Int, width: Int)
  ) -> Explanation {
    let map = ClassMap(
      classIndex: 1, className: "Pneumothorax", probability: 0.5,
      map: Tensor(values, shape: shape),
      grid: .even(
        ImageSize(height: inputSize.0, width: inputSize.1), rows: shape[0], columns: shape[1]))
    let image = PreparedImage(
      input: Tensor.zeros([1, 3, inputSize.0, inputSize.1]),
      original: PixelBuffer(width: original.width, height: original.height, channels: 1),
      geometry: geometry)
    return Explanation(of: image, maps: [map])
  }

  @Test("the walk-through's map gives its box: 256 to 384 both ways, on an image of 1024")
  func walkThrough() throws {
    let box = try #require(
      explanation(
        Self.printed, [8, 8], inputSize: (256, 256),
        geometry: ImageGeometry(scaleX: 4, scaleY: 4, offsetX: 0, offsetY: 0),
        original: (1024, 1024)
      ).boxes.first)
    #expect(box.box == BoundingBox(x0: 256, y0: 256, x1: 384, y1: 384))
    #expect(box.row == 2 && box.column == 2 && box.peak == Double(Float(0.308)))
    let json = try JSONSerialization.jsonObject(with: JSONEncoder().encode(box)) as? [String: Any]
    #expect(json?["x0"] as? Double == 256 && json?["className"] as? String == "Pneumothorax")
  }

  @Test("x and y are in place, and the crop is undone, on an image that is not square")
  func notSquare() throws {
    var values = [Float](repeating: 0, count: 6)
    values[2] = 1  // row 0, column 2 of 2 x 3
    let image = PixelBuffer(width: 300, height: 100, channels: 1)
    let prepared = try Pipeline([Resize(64)]).prepare(image)
    let found = explanation(
      values, [2, 3], inputSize: (64, 64), geometry: prepared.geometry, original: (100, 300))
    let box = try #require(found.boxes.first).box
    // The model sees the middle square, 100 to 200: the last third of it, the upper half.
    expectClose([box.x0, box.x1, box.y0, box.y1], [100 + 200 / 3, 200, 0, 50], absolute: 1e-9)
    #expect(found.extent == BoundingBox(x0: 100, y0: 0, x1: 200, y1: 100))
  }

  @Test("a map without a positive cell has no box; the first of equal peaks counts")
  func statuses() throws {
    func found(_ values: [Float], _ shape: [Int]) -> Explanation {
      explanation(values, shape, inputSize: (8, 8), geometry: .identity, original: (8, 8))
    }
    #expect(found([-1, -2], [1, 2]).maps[0].status == .noPositiveEvidence)
    #expect(found([-1, -2], [1, 2]).boxes.isEmpty)
    #expect(found([.nan, 2], [1, 2]).maps[0].status == .notFinite)
    #expect(found([.nan, 2], [1, 2]).boxes.isEmpty)
    #expect(found([0, 2, 2, 1], [2, 2]).maps[0].peak == (0, 1))
  }

  @Test(
    "one map per class, by probability, at any layer, with everything frozen, leaving the model as it was"
  )
  func maps() throws {
    let vision = VisionModel(try Architecture.named("resnet18"), classCount: 3, seed: 1)
    for parameter in vision.model.parameters { parameter.requiresGradient = false }
    vision.model.train()
    var random = RandomSource(seed: 8)
    let input = Tensor(
      (0..<(3 * 64 * 64)).map { _ in Float(random.normal()) }, shape: [1, 3, 64, 64])
    let before = vision.model.stateDictionary.map(\.tensor)
    for (layer, size) in [("layer4", [2, 2]), ("layer3.1", [4, 4]), ("0.5", [8, 8])] {
      let method = Explainer(
        model: vision.model, vocab: ["a", "b", "c"], GradCAM(),
        layers: [TappedLayer(layer, try #require(vision.layer(layer)))], options: .fmi)
      let maps = try method(prepared(input)).maps
      #expect(try method(prepared(input), classes: [2]).maps.map(\.classIndex) == [2])
      #expect(maps.count == 3)
      #expect(maps.allSatisfy { $0.map.shape == size && $0.status != .notFinite })
      #expect(maps.map(\.probability) == maps.map(\.probability).sorted(by: >))
      #expect(abs(maps.map(\.probability).reduce(0, +) - 1) < 1e-6)
    }
    #expect(vision.model.isTraining)
    for (a, b) in zip(before, vision.model.stateDictionary) where a.dtype == .float32 {
      #expect(a.floatScalars == b.tensor.floatScalars)
    }
    let names = ["a", "b", "c"]
    #expect(throws: MapError(.layerDidNotRun)) {
      try Explainer(
        model: vision.model, vocab: names, GradCAM(), layers: [TappedLayer("", ReLU())],
        options: .fmi)(prepared(input))
    }
    #expect(throws: MapError(.notSpatial(shape: [1, 3]))) {
      try Explainer(
        model: vision.model, vocab: names, GradCAM(), layers: [TappedLayer("", vision.head)],
        options: .fmi)(prepared(input))
    }
  }
}

/// An input tensor as a prepared image of its size.
func prepared(_ input: Tensor) -> PreparedImage {
  PreparedImage(
    input: input,
    original: PixelBuffer(width: input.shape[3], height: input.shape[2], channels: 1),
    geometry: .identity)
}
