import DataBlocks
import Foundation
import Imaging
import Interpret
import Tensors
import TestSupport
import Testing

/// A map with one bright blob at a known place of the original must give a box there, whatever lies between.
@Suite("Boxes in original pixels")
struct BoxGeometryTests {
  /// What lies between an original and the model's input.
  struct Route: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let width: Int
    let height: Int
    /// The pipeline, run on the original's pixels.
    var resize: Resize?
    /// Or the geometry itself, and the size of the input.
    var geometry = ImageGeometry.identity
    var input = ImageSize(height: 48, width: 64)

    func prepared() throws -> PreparedImage {
      let original = PixelBuffer(width: width, height: height, channels: 1)
      if let resize { return try Pipeline([resize]).prepare(original) }
      return PreparedImage(
        input: Tensor.zeros([1, 1, input.height, input.width]), original: original,
        geometry: geometry)
    }
  }

  static let routes: [Route] = [
    Route(testDescription: "crop of a wide film", width: 301, height: 160, resize: Resize(64)),
    Route(testDescription: "crop of a tall film", width: 97, height: 260, resize: Resize(64)),
    Route(
      testDescription: "pad of a wide film", width: 301, height: 160,
      resize: Resize(64, method: .pad)),
    Route(
      testDescription: "pad of a tall film", width: 97, height: 260,
      resize: Resize(64, method: .pad)),
    Route(
      testDescription: "squish", width: 301, height: 160,
      resize: Resize(height: 40, width: 72, method: .squish)),
    Route(
      testDescription: "crop to an input that is not square", width: 200, height: 331,
      resize: Resize(height: 56, width: 40)),
    Route(
      testDescription: "left-right flip of a crop", width: 300, height: 100,
      geometry: ImageGeometry(scaleX: 2, scaleY: 2, offsetX: 70, offsetY: 1)
        .then(.flippedHorizontally(width: 64))),
    Route(
      testDescription: "shift by part of a pixel", width: 160, height: 120,
      geometry: ImageGeometry(scaleX: 2.3, scaleY: 1.7, offsetX: 3.25, offsetY: -4.5)),
  ]

  private func numbers(_ box: BoundingBox) -> [Double] { [box.x0, box.y0, box.x1, box.y1] }

  /// The map on the input's pixels that is 1 where a pixel's center lies in a region of the original.
  private func map(
    _ image: PreparedImage, _ isInside: (Double, Double) -> Bool
  ) -> ClassMap {
    let size = ImageSize(height: image.input.shape[2], width: image.input.shape[3])
    let values: [Float] = (0..<(size.height * size.width)).map {
      let (x, y) = image.geometry.source(
        x: Double($0 % size.width) + 0.5, y: Double($0 / size.width) + 0.5)
      return isInside(x, y) ? 1 : 0
    }
    return ClassMap(
      classIndex: 0, className: "a", probability: 1,
      map: Tensor(values, shape: [size.height, size.width]),
      grid: .even(size, rows: size.height, columns: size.width))
  }

  @Test("a blob of whole input pixels comes back exactly", arguments: routes)
  func exact(route: Route) throws {
    let image = try route.prepared()
    var random = RandomSource(seed: 11)
    for _ in 0..<40 {
      let (height, width) = (image.input.shape[2], image.input.shape[3])
      let (x, y) = (
        Int(random.uniform() * Double(width - 9)), Int(random.uniform() * Double(height - 9))
      )
      let blob = image.geometry.source(
        BoundingBox(
          x0: Double(x), y0: Double(y), x1: Double(x + 3 + Int(random.uniform() * 6)),
          y1: Double(y + 3 + Int(random.uniform() * 6))))
      let inside = blob.clamped(width: route.width, height: route.height)
      let explanation = Explanation(
        of: image,
        maps: [
          map(image) { $0 > blob.x0 && $0 < blob.x1 && $1 > blob.y0 && $1 < blob.y1 }
        ])
      let boxes = explanation.boxes(BoxOptions(rule: .relative(0.5), minimumArea: 0))
      guard inside.box.area > 0 else {
        #expect(boxes.isEmpty)
        continue
      }
      #expect(boxes.count == 1)
      let box = try #require(boxes.first)
      expectClose(numbers(box.box), numbers(inside.box), absolute: 1e-9, route.testDescription)
      expectClose([box.clippedShare], [inside.clippedShare], absolute: 1e-9)
      #expect(box.score == 1 && box.peak == 1)
      if inside.clippedShare == 0 { expectClose([box.area], [blob.area], relative: 1e-9) }
    }
  }

  @Test("a blob anywhere comes back within half a pixel of the input", arguments: routes)
  func anywhere(route: Route) throws {
    let image = try route.prepared()
    let pixel = image.geometry.source(BoundingBox(x0: 0, y0: 0, x1: 1, y1: 1))
    let seen = image.geometry.source(
      BoundingBox(
        x0: 0, y0: 0, x1: Double(image.input.shape[3]), y1: Double(image.input.shape[2]))
    )
    .clamped(width: route.width, height: route.height).box
    var random = RandomSource(seed: 12)
    for _ in 0..<40 {
      let (w, h) = (
        (4 + random.uniform() * 8) * pixel.width, (4 + random.uniform() * 8) * pixel.height
      )
      let (x, y) = (
        seen.x0 + random.uniform() * (seen.width - w),
        seen.y0 + random.uniform() * (seen.height - h)
      )
      let explanation = Explanation(
        of: image, maps: [map(image) { $0 >= x && $0 < x + w && $1 >= y && $1 < y + h }])
      let box = try #require(explanation.boxes(BoxOptions(rule: .otsu, minimumArea: 0)).first).box
      for (found, true_, half) in [
        (box.x0, x, pixel.width / 2), (box.x1, x + w, pixel.width / 2),
        (box.y0, y, pixel.height / 2), (box.y1, y + h, pixel.height / 2),
      ] {
        #expect(abs(found - true_) <= half + 1e-9, "\(route.testDescription)")
      }
    }
  }

  @Test("one positive cell placed by its receptive field gives a box around its center")
  func receptiveField() throws {
    for route in Self.routes {
      let image = try route.prepared()
      let size = ImageSize(height: image.input.shape[2], width: image.input.shape[3])
      // The grid of a ResNet's layer: cell i is centered at 8 i.
      let grid = MapGrid(x: 0.5, y: 0.5, stepX: 8, stepY: 8)
      let (rows, columns) = (size.height / 8, size.width / 8)
      var values = [Float](repeating: -0.5, count: rows * columns)
      values[2 * columns + 3] = 4
      let map = ClassMap(
        classIndex: 0, className: "a", probability: 1,
        map: Tensor(values, shape: [rows, columns]), grid: grid)
      let explanation = Explanation(of: image, maps: [map])
      let center = image.geometry.source(x: 24.5, y: 16.5)
      let pixel = image.geometry.source(BoundingBox(x0: 0, y0: 0, x1: 1, y1: 1))
      for rule: BoxRule in [.peakCell, .relative(0.5), .otsu, .mass(0.5), .quantile(0.99)] {
        let box = try #require(
          explanation.boxes(BoxOptions(rule: rule, minimumArea: 0)).first)
        guard box.clippedShare == 0 else { continue }
        expectClose(
          [(box.box.x0 + box.box.x1) / 2], [center.x], absolute: pixel.width / 2 + 1e-9, "\(rule)")
        expectClose(
          [(box.box.y0 + box.box.y1) / 2], [center.y], absolute: pixel.height / 2 + 1e-9, "\(rule)")
      }
    }
  }

  @Test("under a rotation the box is that of the region's pixels, not that of its box")
  func rotation() throws {
    // By 30 degrees about the center of an original of 64 x 64.
    let (c, s) = (cos(Double.pi / 6), sin(Double.pi / 6))
    let geometry = ImageGeometry(
      matrix: [c, -s, 32 - 32 * c + 32 * s, s, c, 32 - 32 * s - 32 * c, 0, 0, 1])
    let image = PreparedImage(
      input: Tensor.zeros([1, 1, 64, 64]),
      original: PixelBuffer(width: 64, height: 64, channels: 1), geometry: geometry)
    // A disk of the original stays a disk; the box of its box would be 1.37 times as wide.
    let map = map(image) { hypot($0 - 32, $1 - 32) < 12 }
    let explanation = Explanation(of: image, maps: [map])
    let box = try #require(explanation.boxes(BoxOptions(rule: .relative(0.5))).first)
    expectClose(numbers(box.box), [20, 20, 44, 44], absolute: 0.5 * 2.0.squareRoot())
    expectClose([box.area], [Double(map.map.floatScalars.count { $0 > 0 })], relative: 1e-9)
    #expect(box.clippedShare == 0)
    // At the border, the part outside is cut off.
    let edge = self.map(image) { $0 < 4 && abs($1 - 32) < 8 }
    let cut = try #require(
      Explanation(of: image, maps: [edge]).boxes(BoxOptions(rule: .relative(0.5))).first)
    #expect(cut.box.x0 == 0 && cut.clippedShare > 0 && cut.box.x1 < 4.8)
  }

  @Test("several boxes by score; small regions and those beyond the count are left out")
  func several() throws {
    let image = PreparedImage(
      input: Tensor.zeros([1, 1, 10, 20]),
      original: PixelBuffer(width: 40, height: 20, channels: 1),
      geometry: ImageGeometry(scaleX: 2, scaleY: 2, offsetX: 0, offsetY: 0))
    var values = [Float](repeating: 0, count: 200)
    // A speck with the highest peak; a row of 4; a diagonal of 3, which is connected; a pair.
    values[0] = 5
    for x in 5..<9 { values[40 + x] = 3 }
    for step in 0..<3 { values[(5 + step) * 20 + 12 + step] = 3.5 }
    for x in 0..<2 { values[180 + x] = 3 }
    let map = ClassMap(
      classIndex: 0, className: "a", probability: 1, map: Tensor(values, shape: [10, 20]),
      grid: .even(ImageSize(height: 10, width: 20), rows: 10, columns: 20))
    let explanation = Explanation(of: image, maps: [map])
    func boxes(_ area: Double, _ count: Int) -> [ClassBox] {
      explanation.boxes(
        BoxOptions(rule: .relative(0.5), minimumArea: area, maximumCount: count))
    }
    let all = boxes(0, 100)
    #expect(
      all.map(\.box) == [
        BoundingBox(x0: 10, y0: 4, x1: 18, y1: 6), BoundingBox(x0: 24, y0: 10, x1: 30, y1: 16),
        BoundingBox(x0: 0, y0: 18, x1: 4, y1: 20), BoundingBox(x0: 0, y0: 0, x1: 2, y1: 2),
      ])
    // 12, 10.5, 6 and 5 of 33.5.
    expectClose(
      all.map(\.score), [12, 10.5, 6, 5].map { $0 / 33.5 }, absolute: 1e-12)
    #expect(all.map(\.peak) == [3, 3.5, 3, 5])
    #expect(all.map(\.area) == [16, 12, 8, 4])
    #expect(boxes(0, 2) == Array(all[..<2]))
    // 2 of 200 pixels are 1 %.
    #expect(boxes(0.01, 100) == Array(all[..<3]))
    #expect(boxes(0.0101, 100) == Array(all[..<2]))
    #expect(boxes(0.5, 100).isEmpty)
    // A quantile among the zeros keeps what is positive.
    let positive = explanation.boxes(
      BoxOptions(rule: .quantile(0.5), minimumArea: 0, maximumCount: 100))
    #expect(positive.map(\.box) == all.map(\.box))
    // The threshold is half of the peak of the speck, also where it is left out.
    #expect(all.allSatisfy { $0.threshold == 2.5 })
  }

  @Test("a region in padding has no box, one that reaches into it is cut")
  func padding() throws {
    // 60 x 40 in 24 x 24: rows 0 to 3 and 20 to 23 are padding.
    let image = try Pipeline([Resize(24, method: .pad)]).prepare(
      PixelBuffer(width: 60, height: 40, channels: 1))
    func boxes(_ rows: Range<Int>) -> [ClassBox] {
      let values = (0..<576).map { rows.contains($0 / 24) && $0 % 24 < 4 ? Float(1) : 0 }
      let map = ClassMap(
        classIndex: 0, className: "a", probability: 1, map: Tensor(values, shape: [24, 24]),
        grid: .even(ImageSize(height: 24, width: 24), rows: 24, columns: 24))
      return Explanation(of: image, maps: [map]).boxes(BoxOptions())
    }
    #expect(boxes(0..<4).isEmpty)
    let cut = boxes(2..<8)
    #expect(cut.map(\.inputBox) == [BoundingBox(x0: 0, y0: 2, x1: 4, y1: 8)])
    let box = try #require(cut.first)
    expectClose(numbers(box.box), [0, 0, 10, 10], absolute: 1e-9)
    expectClose([box.clippedShare, box.area], [1.0 / 3, 100], absolute: 1e-9)
  }
}
