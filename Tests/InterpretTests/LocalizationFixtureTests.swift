import Imaging
import Interpret
import TestSupport
import Testing

/// Measures of given maps and masks against NumPy and SciPy, in `Fixtures/cam/localization.json`.
///
/// Tolerance: 2e-6, as the file has six digits; areas and hits are equal.
@Suite("Measures of maps against masks")
struct LocalizationFixtureTests {
  struct File: Decodable {
    struct Component: Decodable {
      let box: [Double]
      let area: Int
      let peak: Double
      let centroid: [Double]
    }
    struct Case: Decodable {
      let map: String
      let mask: String
      let mask_box: [Double]
      let peak: [Int]
      let pointing_hit: Bool
      let pointing_hit_tolerance: [String: Bool]
      let distance_to_mask: Double
      let energy: Double
      let energy_box: Double
      let iou: [String: Double]
      let dice: [String: Double]
      let components: [String: [Component]]
      let largest_box_iou: [Double]
    }
    struct Accuracy: Decodable {
      let curves: [String: [Double]]
      let best: [String: Double]
      let MaxBoxAcc: Double
      let MaxBoxAccV2: Double
    }
    let size: [Int]
    let cases: [Case]
    let box_accuracy: Accuracy
  }

  private func load() throws -> (File, [(File.Case, ScalarImage, PixelMask)]) {
    let file = try Fixture.json("cam/localization.json", as: File.self)
    let tensors = try SafetensorsFixture.load("cam/localization.safetensors")
    let (height, width) = (file.size[0], file.size[1])
    return (
      file,
      try file.cases.map { one in
        let map = try #require(tensors[one.map]).floats
        let mask = try #require(tensors[one.mask]).doubles.map { $0 != 0 }
        return (
          one, ScalarImage(width: width, height: height, values: map),
          PixelMask(width: width, height: height, values: mask)
        )
      }
    )
  }

  private func edges(_ box: BoundingBox) -> [Double] { [box.x0, box.y0, box.x1, box.y1] }

  @Test("6 cases: peak, pointing game with margins, energy, overlap, components, boxes")
  func measures() throws {
    let (file, cases) = try load()
    var accuracy = BoxAccuracy()
    var (margins, overlaps, components) = (0, 0, 0)
    for (one, map, mask) in cases {
      #expect(mask.boundingBox.map(edges) == one.mask_box)
      let peak = MapMeasures.peak(map)
      #expect([peak.x, peak.y] == one.peak)
      let distance = try #require(MapMeasures.peakDistance(map, mask))
      #expect((distance == 0) == one.pointing_hit)
      expectClose([distance], [one.distance_to_mask], absolute: 2e-6, one.map)
      for (margin, isHit) in one.pointing_hit_tolerance {
        #expect((distance <= Double(margin) ?? -1) == isHit)
        margins += 1
      }
      let unit = map.unit
      expectClose(
        [try #require(MapMeasures.energyInside(unit, mask))], [one.energy], absolute: 2e-6)
      for (text, iou) in one.iou {
        let threshold = try #require(Float(text))
        let found = MapMeasures.overlap(unit, mask, threshold: threshold)
        expectClose([found.iou, found.dice], [iou, one.dice[text] ?? .nan], absolute: 2e-6)
        let own = ConnectedComponent.find(unit, threshold: threshold)
        let expected = try #require(one.components[text])
        #expect(own.count == expected.count)
        for (a, b) in zip(own, expected) {
          #expect(edges(a.box) == b.box && a.area == b.area)
          expectClose(
            [Double(a.peak), a.centroid.x, a.centroid.y], [b.peak] + b.centroid, absolute: 2e-6)
          components += 1
        }
        overlaps += 1
      }
      expectClose(accuracy.add(map, mask), one.largest_box_iou, absolute: 2e-6, one.map)
    }
    #expect([cases.count, margins, overlaps] == [6, 18, 18])
    #expect(components >= 18)
    for (overlap, curve) in file.box_accuracy.curves {
      expectClose(accuracy.curve(overlap: Double(overlap) ?? -1), curve, absolute: 2e-6)
    }
    #expect(file.box_accuracy.curves.count == 3)
    expectClose(
      [accuracy.maxBoxAcc ?? .nan, accuracy.maxBoxAccV2 ?? .nan],
      [file.box_accuracy.MaxBoxAcc, file.box_accuracy.MaxBoxAccV2], absolute: 2e-6)
  }

  @Test("average precision, with ties, as scikit-learn's average_precision_score")
  func averagePrecision() throws {
    // average_precision_score([1, 0, 1, 1, 0, 0], [.9, .8, .7, .7, .2, .1]):
    // thresholds .9 (P 1, R 1/3), .8 (P 1/2), .7 (P 3/4, R 1): 1/3 + 2/3 * 3/4.
    let map = ScalarImage(width: 3, height: 2, values: [0.9, 0.8, 0.7, 0.7, 0.2, 0.1])
    let mask = PixelMask(width: 3, height: 2, values: [true, false, true, true, false, false])
    expectClose(
      [try #require(MapMeasures.averagePrecision(map, mask))], [1.0 / 3 + 0.5], absolute: 1e-12)
    // A constant map has the share of the region.
    let flat = ScalarImage(width: 3, height: 2, values: [Float](repeating: 0, count: 6))
    #expect(MapMeasures.averagePrecision(flat, mask) == 0.5)
    let empty = PixelMask(width: 3, height: 2, values: [Bool](repeating: false, count: 6))
    #expect(MapMeasures.averagePrecision(map, empty) == nil)
    #expect(MapMeasures.peakDistance(map, empty) == nil)
    #expect(MapMeasures.energyInside(flat, mask) == nil)
  }
}
