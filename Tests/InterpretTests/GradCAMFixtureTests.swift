import DataBlocks
import Imaging
import Interpret
import Layers
import Tensors
import TestSupport
import Testing

/// Grad-CAM against grad-cam 1.5.7 and fmi, on the networks of `Fixtures/cam`.
///
/// Values are of order 1. Tolerance: 1e-5 for raw maps, 2e-5 for maps that are scaled by their maximum and
/// resized, as the resize of OpenCV differs by as much from a resize in double precision.
@Suite("Grad-CAM against grad-cam 1.5.7 and fmi")
struct GradCAMFixtureTests {
  private let fixture: CAMFixture
  private let weights: [String: FixtureTensor]
  private let maps: [String: FixtureTensor]

  init() throws {
    fixture = try Fixture.json("cam/cam.json", as: CAMFixture.self)
    weights = try SafetensorsFixture.load("cam/models.safetensors")
    maps = try SafetensorsFixture.load("cam/maps.safetensors")
  }

  /// Methods of the whole set that the library does not have, or that are no maps, with their counts.
  private static let leftOut: [(reason: String, counts: [String: Int])] = [
    (
      "no such method yet",
      [
        "GradCAM++": 28, "HiResCAM": 28, "XGradCAM": 28, "LayerCAM": 28, "GradCAMElementWise": 28,
        "ScoreCAM": 28, "AblationCAM": 28, "EigenCAM": 28, "EigenGradCAM": 28,
        "GradCAM.eigen_smooth": 21, "FullGrad": 21, "gradient": 21, "guided_backprop": 21,
        "integrated_gradients": 21, "integrated_gradients.left": 7, "integrated_gradients.right": 7,
        "integrated_gradients.trapezoid": 7, "smoothgrad": 21, "smoothgrad.squared": 21,
        "occlusion": 21, "occlusion.grid": 21, "rise": 21,
      ]
    ),
    (
      "images of measures that do not exist yet (ROAD, insertion)",
      ["road.lerf.20": 6, "road.lerf.80": 6, "road.morf.20": 5, "road.morf.80": 6, "blurred": 6]
    ),
    ("steps of Grad-CAM, which its maps contain", ["activations": 8, "gradients": 28]),
  ]

  private static let tested = [
    "GradCAM": 28, "GradCAM.two_layers": 21, "GradCAM.aug_smooth": 21, "CAM": 21, "fmi.maps": 6,
    "logits": 6, "probabilities": 6,
  ]

  @Test("the maps of the whole set are those tested and those left out")
  func everyMethodIsNamed() {
    var counts = Self.tested
    for (_, methods) in Self.leftOut {
      counts.merge(methods) { _, _ in preconditionFailure("a method is named twice") }
    }
    #expect(counts == fixture.maps)
    let raw = Set(["GradCAM", "CAM"])
    let stored = Self.tested.reduce(0) { $0 + $1.value * (raw.contains($1.key) ? 2 : 1) }
    #expect(maps.count == stored && stored == 158)
  }

  private func network(_ model: CAMFixture.Model) -> CAMNetwork {
    let network = CAMNetwork.make(model.spec)
    let report = network.load(CAMNetwork.weights(model.name, in: weights))
    #expect(report.unexpected.isEmpty && report.mismatched.isEmpty && report.missing.isEmpty)
    network.eval()
    return network
  }

  private func input(_ model: CAMFixture.Model, _ index: Int) throws -> Tensor {
    let all = try #require(weights["\(model.name)/inputs"])
    let size = model.spec.input.reduce(1, *)
    return Tensor(
      Array(all.floats[(index * size)..<((index + 1) * size)]), shape: [1] + model.spec.input)
  }

  private func explain(
    _ network: CAMNetwork, at layer: Module, _ input: Tensor, classes: Int
  ) throws -> Explanation {
    try GradCAM(model: network, layer: layer, vocab: (0..<classes).map { "class \($0)" })(
      prepared(input))
  }

  private func map(_ explanation: Explanation, of index: Int) throws -> ClassMap {
    try #require(explanation.maps.first { $0.classIndex == index })
  }

  private func expected(_ key: String) throws -> FixtureTensor { try #require(maps[key], "\(key)") }

  @Test("28 maps, raw and finished: two networks, two layers, every class")
  func gradCAM() throws {
    var cases = 0
    for model in fixture.models {
      let network = network(model)
      for index in model.inputs.indices {
        let input = try input(model, index)
        let layers: [(path: String, layer: Module)] =
          [("", network.last)] + (index == 0 ? [("middle/", network.middle)] : [])
        for (path, layer) in layers {
          let found = try explain(network, at: layer, input, classes: model.spec.classes)
          for classIndex in 0..<model.spec.classes {
            let key = "\(model.name)/\(index)/\(classIndex)/\(path)GradCAM"
            let raw = try expected("\(key)/raw")
            let map = try map(found, of: classIndex).map
            #expect(map.shape == raw.shape)
            expectClose(map.floatScalars, raw.floats, absolute: 1e-5, "\(key)/raw")
            let finished = try expected(key)
            expectClose(
              LibraryMap(map).finished(finished.shape).values, finished.doubles, absolute: 2e-5, key
            )
            cases += 1
          }
        }
      }
    }
    #expect(cases == Self.tested["GradCAM"])
  }

  @Test("21 means over two layers, which test the layer in the middle with every input")
  func twoLayers() throws {
    var cases = 0
    for model in fixture.models {
      let network = network(model)
      for index in model.inputs.indices {
        let input = try input(model, index)
        let found = try [network.last, network.middle].map {
          try explain(network, at: $0, input, classes: model.spec.classes)
        }
        for classIndex in 0..<model.spec.classes {
          let key = "\(model.name)/\(index)/\(classIndex)/GradCAM.two_layers"
          let finished = try expected(key)
          let layers = try found.map {
            LibraryMap(try map($0, of: classIndex).map).scaled.resized(to: finished.shape)
          }
          expectClose(
            LibraryMap.mean(layers).scaled.values, finished.doubles, absolute: 2e-5, key)
          cases += 1
        }
      }
    }
    #expect(cases == Self.tested["GradCAM.two_layers"])
  }

  @Test("21 means over six inputs: flipped or not, times 0.9, 1 and 1.1")
  func augmented() throws {
    var cases = 0
    for model in fixture.models {
      let network = network(model)
      for index in model.inputs.indices {
        let (input, classes) = (try input(model, index), model.spec.classes)
        var found: [(isFlipped: Bool, explanation: Explanation)] = []
        for isFlipped in [false, true] {
          for factor: Float in [0.9, 1, 1.1] {
            let seen = (isFlipped ? flipped(input) : input) * factor
            found.append(
              (isFlipped, try explain(network, at: network.last, seen, classes: classes)))
          }
        }
        for classIndex in 0..<classes {
          let key = "\(model.name)/\(index)/\(classIndex)/GradCAM.aug_smooth"
          let finished = try expected(key)
          let parts = try found.map {
            let map = LibraryMap(try map($0.explanation, of: classIndex).map)
              .finished(finished.shape)
            return $0.isFlipped ? map.flipped : map
          }
          expectClose(LibraryMap.mean(parts).values, finished.doubles, absolute: 2e-5, key)
          cases += 1
        }
      }
    }
    #expect(cases == Self.tested["GradCAM.aug_smooth"])
  }

  @Test("21 CAMs: behind a mean and one linear layer, Grad-CAM is CAM over the number of cells")
  func cam() throws {
    var cases = 0
    for model in fixture.models {
      let network = network(model)
      for index in model.inputs.indices {
        let found = try explain(
          network, at: network.last, input(model, index), classes: model.spec.classes)
        for classIndex in 0..<model.spec.classes {
          let key = "\(model.name)/\(index)/\(classIndex)/CAM"
          let raw = try expected("\(key)/raw")
          let map = try map(found, of: classIndex).map
          expectClose(
            (map * Float(map.count)).floatScalars, raw.floats, absolute: 1e-5, relative: 1e-5,
            "\(key)/raw")
          let finished = try expected(key)
          // The library adds 1e-7 to the maximum, which counts for more on the smaller map.
          expectClose(
            LibraryMap(map).finished(finished.shape).values, finished.doubles, absolute: 1e-4, key)
          cases += 1
        }
      }
    }
    #expect(cases == Self.tested["CAM"])
  }

  @Test("6 logits, and fmi's 6 stacks of maps with order, probabilities, peaks and boxes")
  func fmi() throws {
    var (images, boxes) = (0, 0)
    for model in fixture.models {
      let network = network(model)
      for (index, given) in model.inputs.enumerated() {
        let (input, key) = (try input(model, index), "\(model.name)/\(index)")
        expectClose(
          network(input).floatScalars, try expected("\(key)/logits").floats, absolute: 1e-5,
          "\(key)/logits")
        let found = try explain(network, at: network.last, input, classes: model.spec.classes)
        let probabilities = try expected("\(key)/probabilities").doubles
        #expect(found.maps.map(\.classIndex) == given.fmi.order)
        #expect(found.maps[0].classIndex == given.predicted)
        expectClose(
          found.maps.map(\.probability), given.fmi.order.map { probabilities[$0] }, absolute: 1e-6,
          "\(key)/probabilities")
        let stack = try expected("\(key)/fmi.maps")
        #expect(stack.shape == [found.maps.count] + found.maps[0].map.shape)
        expectClose(
          found.maps.flatMap(\.map.floatScalars), stack.floats, absolute: 1e-5, "\(key)/fmi.maps")
        for (map, box) in zip(found.maps, given.fmi.boxes) {
          #expect(
            [map.classIndex, map.peak.row, map.peak.column]
              == [box.classIndex, box.row, box.column])
          let own = try #require(found.peakBox(map))
          // Cells of both networks are whole pixels and square, so fmi's arithmetic holds.
          #expect([own.box.x0, own.box.y0, own.box.x1, own.box.y1] == box.box)
          boxes += 1
        }
        images += 1
      }
    }
    #expect(images == 6 && boxes == 21)
  }

  private func flipped(_ image: Tensor) -> Tensor {
    let (width, values) = (image.shape[3], image.floatScalars)
    return Tensor(
      values.indices.map { values[$0 / width * width + width - 1 - $0 % width] },
      shape: image.shape)
  }
}
