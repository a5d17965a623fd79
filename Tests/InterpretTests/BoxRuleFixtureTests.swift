import DataBlocks
import Imaging
import Interpret
import Tensors
import TestSupport
import Testing

/// Thresholds and regions by NumPy, SciPy and scikit-image, in `Fixtures/cam/boxes.json`.
@Suite("Box rules against scikit-image, SciPy and NumPy")
struct BoxRuleFixtureTests {
  struct Expected: Decodable {
    struct Region: Decodable {
      let box: [Double]
      let area: Int
      let peak: Double
      let share: Double
    }
    let threshold: Double
    let kept: Int
    let count: Int
    let regions: [Region]
  }

  private func load() throws -> [String: [String: Expected]] {
    try Fixture.json("cam/boxes.json", as: [String: [String: Expected]].self)
  }

  private func explanation(_ map: ClassMap, height: Int, width: Int) -> Explanation {
    let image = PreparedImage(
      input: Tensor.zeros([1, 1, height, width]),
      original: PixelBuffer(width: 4 * width, height: 4 * height, channels: 1),
      geometry: ImageGeometry(scaleX: 4, scaleY: 4, offsetX: 0, offsetY: 0))
    return Explanation(of: image, maps: [map])
  }

  /// Compares the boxes of a map with those of the fixture; returns how many rules were compared.
  private func compare(
    _ map: ClassMap, height: Int, width: Int, _ rules: [String: Expected], _ name: String
  ) throws -> Int {
    let explanation = explanation(map, height: height, width: width)
    let evidence = map.onInput(height, width).positivePart
    for (text, expected) in rules {
      let rule = try BoxRule(text)
      let threshold = try #require(rule.threshold(of: evidence), "\(name) \(text)")
      expectClose([Double(threshold)], [expected.threshold], absolute: 1e-6, "\(name) \(text)")
      #expect(evidence.values.count { $0 >= threshold } == expected.kept, "\(name) \(text)")
      let boxes = explanation.boxes(
        BoxOptions(rule: rule, minimumArea: 0, maximumCount: 10_000))
      #expect(boxes.count == expected.count, "\(name) \(text)")
      #expect(boxes.map(\.score) == boxes.map(\.score).sorted(by: >), "\(name) \(text)")
      for (box, region) in zip(boxes, expected.regions) {
        let (own, edges) = (box.inputBox, region.box)
        #expect([own.x0, own.y0, own.x1, own.y1] == edges, "\(name) \(text)")
        #expect(
          [box.box.x0, box.box.y0, box.box.x1, box.box.y1] == edges.map { 4 * $0 },
          "\(name) \(text)")
        #expect(box.area == Double(16 * region.area) && box.clippedShare == 0, "\(name) \(text)")
        expectClose(
          [box.peak, box.score], [region.peak, region.share], absolute: 1e-6, "\(name) \(text)")
        #expect(box.rule == rule && box.threshold == Double(threshold))
      }
    }
    return rules.count
  }

  @Test("12 maps, as they are and signed, by 12 rules")
  func maps() throws {
    let tensors = try SafetensorsFixture.load("cam/localization.safetensors")
    var compared = 0
    for (name, rules) in try load() where name != "walk-through" {
      let isSigned = name.hasSuffix("/signed")
      let tensor = try #require(tensors[String(name.dropLast(isSigned ? 7 : 0))])
      var values = tensor.floats
      if isSigned {
        // The mean of the middle two of an even number, as by NumPy.
        let sorted = values.sorted()
        let median = (sorted[sorted.count / 2 - 1] + sorted[sorted.count / 2]) / 2
        values = values.map { $0 - median }
      }
      let (height, width) = (tensor.shape[0], tensor.shape[1])
      let map = ClassMap(
        classIndex: 0, className: "a", probability: 1, map: Tensor(values, shape: [height, width]),
        grid: .even(
          ImageSize(height: height, width: width), rows: height, columns: width))
      compared += try compare(map, height: height, width: width, rules, name)
    }
    #expect(compared == 12 * 12)
  }

  @Test("the walk-through's 8 x 8 map on an input of 256 x 256")
  func walkThrough() throws {
    let map = ClassMap(
      classIndex: 1, className: "Pneumothorax", probability: 0.6,
      map: Tensor(BoxTests.printed, shape: [8, 8]),
      grid: .even(ImageSize(height: 256, width: 256), rows: 8, columns: 8))
    let rules = try #require(try load()["walk-through"])
    #expect(try compare(map, height: 256, width: 256, rules, "walk-through") == 12)
  }
}
