import DataBlocks
import Foundation
import Imaging
import Interpret
import Tensors
import Testing

@Suite("Maps that show nothing")
struct NoEvidenceTests {
  private static let rules: [BoxRule] = [
    .peakCell, .relative(0.5), .absolute(0.1), .quantile(0.5), .otsu, .mass(0.5), .calibrated(0.3),
  ]

  private func explanation(_ values: [Float]) -> Explanation {
    let size = ImageSize(height: 32, width: 32)
    let map = ClassMap(
      classIndex: 0, className: "Pneumothorax", probability: 0.25,
      map: Tensor(values, shape: [2, 2]), grid: .even(size, rows: 2, columns: 2))
    let image = PreparedImage(
      input: Tensor.zeros([1, 1, 32, 32]),
      original: PixelBuffer(
        width: 64, height: 64, channels: 1, samples: [UInt8](repeating: 90, count: 4096)),
      geometry: ImageGeometry(scaleX: 2, scaleY: 2, offsetX: 0, offsetY: 0))
    return Explanation(of: image, maps: [map])
  }

  @Test(
    "no positive cell, NaN or infinity: no rule makes a box, nothing is drawn, and it is said",
    arguments: [
      ([-1, -2, -3, -4] as [Float], "no positive evidence"),
      ([0, 0, -0.0, 0], "no positive evidence"),
      ([1, 2, .nan, 4], "the map contains NaN or infinity"),
      ([.nan, .nan, .nan, .nan], "the map contains NaN or infinity"),
      ([1, .infinity, 0, 0], "the map contains NaN or infinity"),
      ([-.infinity, 1, 0, 0], "the map contains NaN or infinity"),
    ])
  func nothing(values: [Float], words: String) throws {
    let found = explanation(values)
    for rule in Self.rules {
      let options = BoxOptions(rule: rule, minimumArea: 0, maximumCount: 100)
      #expect(found.boxes(options).isEmpty, "\(rule)")
      #expect(found.boxes(of: found.maps[0], options).isEmpty, "\(rule)")
    }
    #expect(found.boxes.isEmpty)
    #expect(found.maps[0].status.words == words)
    #expect(
      found.order == ["Pneumothorax", "[0]", "[25.0 %]", "Pneumothorax: \(words)"])
    let title = "Pneumothorax, 25.0 %: \(words)"
    for figure in [found.overlays, found.boxed(.white)] {
      #expect(figure.rows.map { $0.map(\.title) } == [[title]])
      guard case .film(let drawn) = figure.rows[0][0].content else {
        Issue.record("the panel is not an image")
        continue
      }
      #expect(drawn.image == found.image && drawn.map == nil && figure.rows[0][0].boxes.isEmpty)
    }
    #expect(found.rawMaps.rows.map { $0.map(\.title) } == [[title]])
    guard case .empty = found.rawMaps.rows[0][0].content else {
      Issue.record("a map that shows nothing is drawn")
      return
    }
  }

  @Test(
    "every rule makes a box of a map with evidence, unless its threshold is higher than the map")
  func evidence() throws {
    let found = explanation([-1, -2, 4, -1])
    for rule in Self.rules {
      #expect(
        found.boxes(BoxOptions(rule: rule, minimumArea: 0)).map(\.className) == ["Pneumothorax"],
        "\(rule)")
    }
    #expect(found.boxes(BoxOptions(rule: .absolute(4.5))).isEmpty)
    #expect(found.order.count == 3)
    // A map that is the same everywhere has no two groups for Otsu, and is one box otherwise.
    let flat = explanation([2, 2, 2, 2])
    #expect(flat.boxes(BoxOptions(rule: .otsu)).isEmpty)
    for rule in [BoxRule.relative(0.5), .absolute(2), .quantile(0.95), .mass(0.5)] {
      let boxes = flat.boxes(BoxOptions(rule: rule))
      #expect(boxes.map(\.box) == [BoundingBox(x0: 0, y0: 0, x1: 64, y1: 64)], "\(rule)")
      #expect(boxes.map(\.score) == [1])
    }
  }
}
