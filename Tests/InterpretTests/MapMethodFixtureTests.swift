import DataBlocks
import Imaging
import Interpret
import Layers
import Tensors
import TestSupport
import Testing

/// All methods against grad-cam 1.5.7 and the papers' formulas in PyTorch, on the networks of `Fixtures/cam`.
///
/// Values are of order 1. Tolerance: 1e-5 for raw maps (relative for those whose values are larger), 2e-5 for maps
/// that are scaled by their maximum and resized, as the resize of OpenCV differs by as much from ours.
@Suite("Map methods against grad-cam 1.5.7, fmi and PyTorch")
struct MapMethodFixtureTests {
  private let cases: CAMCases

  init() throws { cases = try CAMCases() }

  /// Maps of the whole set that are no maps of methods, with their counts.
  private static let leftOut = [
    // Images of measures that do not exist yet.
    "road.lerf.20": 6, "road.lerf.80": 6, "road.morf.20": 5, "road.morf.80": 6, "blurred": 6,
    // Steps that the maps contain.
    "activations": 8, "gradients": 28,
  ]

  private static let layerMethods: [(key: String, method: any MapMethod)] = [
    ("GradCAM", GradCAM()), ("GradCAM++", GradCAMPlusPlus()), ("HiResCAM", HiResCAM()),
    ("XGradCAM", XGradCAM()), ("LayerCAM", LayerCAM()),
    ("GradCAMElementWise", GradCAMElementWise()),
    ("ScoreCAM", ScoreCAM()), ("AblationCAM", AblationCAM()),
  ]
  private static let eigenMethods: [(key: String, method: any MapMethod, count: Int)] = [
    ("EigenCAM", EigenCAM(), 28), ("EigenGradCAM", EigenGradCAM(), 28),
    ("GradCAM.eigen_smooth", EigenSmooth(GradCAM()), 21),
  ]
  private static let inputMethodsByKey: [(key: String, method: any InputMapMethod, count: Int)] = [
    ("gradient", Saliency(), 21), ("guided_backprop", GuidedBackprop(), 21),
    ("integrated_gradients", IntegratedGradients(), 21),
    ("integrated_gradients.left", IntegratedGradients(rule: .left), 7),
    ("integrated_gradients.right", IntegratedGradients(rule: .right), 7),
    ("integrated_gradients.trapezoid", IntegratedGradients(rule: .trapezoid), 7),
  ]
  private static let others = [
    "GradCAM.two_layers": 21, "GradCAM.aug_smooth": 21, "CAM": 21, "FullGrad": 21, "fmi.maps": 6,
    "logits": 6, "probabilities": 6, "smoothgrad": 21, "smoothgrad.squared": 21, "occlusion": 21,
    "occlusion.grid": 21, "rise": 21,
  ]

  @Test("the maps of the whole set are those tested and those left out")
  func everyMethodIsNamed() {
    var counts = Self.leftOut
    func add(_ key: String, _ count: Int) {
      #expect(counts.updateValue(count, forKey: key) == nil, "\(key)")
    }
    for (key, _) in Self.layerMethods { add(key, 28) }
    for (key, _, count) in Self.eigenMethods { add(key, count) }
    for (key, _, count) in Self.inputMethodsByKey { add(key, count) }
    for (key, count) in Self.others { add(key, count) }
    #expect(counts == cases.fixture.maps)
    #expect(cases.maps.count == 1077)
  }

  @Test("8 methods at two layers, raw and finished", arguments: Self.layerMethods.map(\.key))
  func atLayers(_ key: String) throws {
    let method = try #require(Self.layerMethods.first { $0.key == key }).method
    var count = 0
    for one in try cases.all() {
      let raw = try cases.expected("\(one.prefix)\(key)/raw")
      let finished = try cases.expected("\(one.prefix)\(key)")
      let map = try one.map(method)
      expectClose(
        map.layers[0].map.floatScalars, raw.floats, absolute: 1e-5, relative: 1e-5,
        "\(one.prefix)\(key)/raw")
      #expect(map.map.shape == finished.shape)
      expectClose(
        map.map.floatScalars, finished.floats, absolute: 1e-4, "\(one.prefix)\(key)")
      count += 1
    }
    #expect(count == 28)
  }

  @Test("principal components, up to sign", arguments: Self.eigenMethods.map(\.key))
  func eigen(_ key: String) throws {
    let (_, method, expectedCount) = try #require(Self.eigenMethods.first { $0.key == key })
    var count = 0
    for one in try cases.all(middle: expectedCount == 28) {
      let raw = try cases.expected("\(one.prefix)\(key)/raw")
      let map = try one.map(method)
      let own = map.layers[0].map.floatScalars
      let sign: Float = zip(own, raw.floats).reduce(0) { $0 + $1.0 * $1.1 } < 0 ? -1 : 1
      expectClose(
        own.map { $0 * sign }, raw.floats, absolute: 2e-5, relative: 2e-5,
        "\(one.prefix)\(key)/raw")
      let finished = try cases.expected(
        "\(one.prefix)\(key)" + (sign < 0 ? "/flipped" : ""))
      expectClose(map.map.floatScalars, finished.floats, absolute: 1e-4, "\(one.prefix)\(key)")
      count += 1
    }
    #expect(count == expectedCount)
  }

  @Test("attributions of the input", arguments: Self.inputMethodsByKey.map(\.key))
  func attributions(_ key: String) throws {
    let (_, method, expectedCount) = try #require(Self.inputMethodsByKey.first { $0.key == key })
    var count = 0
    for one in try cases.all(middle: false) where expectedCount == 21 || one.inputIndex == 0 {
      let found = try method.attributions(one.context())
      expectClose(
        found[0].floatScalars, try cases.expected(one.prefix + key).floats, absolute: 1e-5,
        relative: 1e-4, one.prefix + key)
      count += 1
    }
    #expect(count == expectedCount)
  }

  @Test("SmoothGrad with given noise, occlusion, RISE with given masks, FullGrad, CAM: 21 each")
  func inputMethods() throws {
    var count = 0
    for one in try cases.all(middle: false) {
      let context = try one.context()
      func check(_ key: String, _ found: Tensor, relative: Double = 1e-4) throws {
        expectClose(
          found.floatScalars, try cases.expected(one.prefix + key).floats, absolute: 1e-5,
          relative: relative, one.prefix + key)
      }
      let noise = try cases.given("\(one.model)/noise")
      let samples = (0..<noise.shape[0]).map { noise[$0..<($0 + 1)] }
      try check(
        "smoothgrad", SmoothGrad(noise: samples, level: 0.15).attributions(context)[0])
      try check(
        "smoothgrad.squared",
        SmoothGrad(noise: samples, level: 0.15, isSquared: true).attributions(context)[0])
      let occlusion = Occlusion(window: 7, stride: 3)
      try check("occlusion.grid", occlusion.grid(context))
      try check("occlusion", occlusion.map(context)[0])
      let masks = try cases.given("\(one.model)/rise_masks")
      try check("rise", RISE(masks: masks, probability: 0.5).map(context)[0])
      try check("FullGrad/raw", FullGrad().map(context)[0])
      let fullGrad = try one.map(FullGrad(), layers: [])
      expectClose(
        fullGrad.map.floatScalars, try cases.expected(one.prefix + "FullGrad").floats,
        absolute: 1e-4, one.prefix + "FullGrad")
      let cam = try one.map(CAM())
      try check("CAM/raw", cam.layers[0].map)
      expectClose(
        cam.map.floatScalars, try cases.expected(one.prefix + "CAM").floats, absolute: 1e-4,
        one.prefix + "CAM")
      count += 1
    }
    #expect(count == 21)
  }

  @Test("21 means over two layers")
  func twoLayers() throws {
    var count = 0
    for one in try cases.all(middle: false) {
      let map = try one.map(GradCAM(), layers: [one.network.last, one.network.middle])
      expectClose(
        map.map.floatScalars, try cases.expected(one.prefix + "GradCAM.two_layers").floats,
        absolute: 1e-4, one.prefix + "GradCAM.two_layers")
      count += 1
    }
    #expect(count == 21)
  }

  @Test("21 means over six inputs: flipped or not, times 0.9, 1 and 1.1")
  func augmented() throws {
    var count = 0
    for one in try cases.all(middle: false) {
      let parts = try [false, true].flatMap { isFlipped in
        try [0.9, 1, 1.1].map { (factor: Float) in
          let seen = (isFlipped ? flipped(one.input) : one.input) * factor
          let explainer = Explainer(
            model: one.network, vocab: one.vocab, GradCAM(),
            layers: [TappedLayer("last", one.layer)], options: .reference)
          let map = LibraryMap(
            try explainer(prepared(seen), classes: [one.classIndex]).maps[0].map)
          return isFlipped ? map.flipped : map
        }
      }
      expectClose(
        LibraryMap.mean(parts).values,
        try cases.expected(one.prefix + "GradCAM.aug_smooth").doubles, absolute: 1e-4, one.prefix)
      count += 1
    }
    #expect(count == 21)
  }

  @Test("6 logits, and fmi's 6 stacks of maps with order, probabilities, peaks and boxes")
  func fmi() throws {
    var (images, boxes) = (0, 0)
    for model in cases.fixture.models {
      let network = cases.network(model)
      for (index, given) in model.inputs.enumerated() {
        let (input, key) = (try cases.input(model, index), "\(model.name)/\(index)")
        expectClose(
          network(input).floatScalars, try cases.expected("\(key)/logits").floats, absolute: 1e-5,
          "\(key)/logits")
        let found = try Explainer(
          model: network, vocab: (0..<model.spec.classes).map { "class \($0)" }, GradCAM(),
          layers: [TappedLayer("last", network.last)], options: .fmi)(prepared(input))
        let probabilities = try cases.expected("\(key)/probabilities").doubles
        #expect(found.maps.map(\.classIndex) == given.fmi.order)
        #expect(found.maps[0].classIndex == given.predicted)
        expectClose(
          found.maps.map(\.probability), given.fmi.order.map { probabilities[$0] }, absolute: 1e-6,
          "\(key)/probabilities")
        let stack = try cases.expected("\(key)/fmi.maps")
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
