import Foundation
import Imaging
import Testing

@Suite("Image geometry")
struct GeometryTests {
  @Test("A crop's geometry maps its corners to those of the window")
  func cropCorners() {
    let image = PixelBuffer(width: 300, height: 200, channels: 1)
    let (small, geometry) = image.resized(to: (50, 40), method: .crop, at: (0.25, 1))
    #expect(small.width == 40 && small.height == 50)
    // The window is 160 x 200: (300 - 160) * 0.25 = 35 columns from the left.
    #expect(geometry.source(x: 0, y: 0) == (35, 0))
    #expect(geometry.source(x: 40, y: 50) == (195, 200))
  }

  @Test("A padded image's geometry starts outside the source")
  func padCorners() {
    let image = PixelBuffer(width: 300, height: 200, channels: 1)
    let (_, geometry) = image.resized(to: (64, 64), method: .pad, padMode: .zeros)
    #expect(geometry.source(x: 0, y: 0) == (0, -50))
    #expect(geometry.source(x: 64, y: 64) == (300, 250))
  }

  @Test("The geometry locates a bright square in the source, for every method")
  func squareIsLocated() {
    for method in ResizeMethod.allCases {
      var image = PixelBuffer(width: 320, height: 240, channels: 1)
      for y in 100..<140 {
        for x in 120..<160 { image.samples[y * 320 + x] = 255 }
      }
      let (small, geometry) = image.resized(to: (120, 120), method: method)
      var (x0, y0, x1, y1) = (Int.max, Int.max, 0, 0)
      for y in 0..<120 {
        for x in 0..<120 where small.samples[y * 120 + x] >= 128 {
          (x0, y0, x1, y1) = (min(x0, x), min(y0, y), max(x1, x + 1), max(y1, y + 1))
        }
      }
      let found = BoundingBox(x0: Double(x0), y0: Double(y0), x1: Double(x1), y1: Double(y1))
      let back = geometry.source(found)
      let pixel = geometry.source(BoundingBox(x0: 0, y0: 0, x1: 1, y1: 1))
      let slack = max(pixel.width, pixel.height) / 2 + 1e-9
      #expect(abs(back.x0 - 120) <= slack && abs(back.x1 - 160) <= slack, "\(method) \(back)")
      #expect(abs(back.y0 - 100) <= slack && abs(back.y1 - 140) <= slack, "\(method) \(back)")
    }
  }

  @Test("Geometries compose in order, and the inverse undoes them")
  func composition() {
    let crop = ImageGeometry(scaleX: 2, scaleY: 3, offsetX: 10, offsetY: -4)
    let both = crop.then(.flippedHorizontally(width: 50))
    #expect(both.source(x: 0, y: 1) == (110, -1))
    let (x, y) = both.inverse.source(x: 110, y: -1)
    #expect(abs(x) < 1e-12 && abs(y - 1) < 1e-12)
    let box = BoundingBox(x0: 5, y0: 6, x1: 9, y1: 12)
    let flipped = both.source(box)
    #expect(flipped == BoundingBox(x0: 92, y0: 14, x1: 100, y1: 32))
    #expect(both.output(flipped) == box)
  }

  @Test("Clamping returns the fraction that was cut off")
  func clamping() {
    let box = BoundingBox(x0: -10, y0: 10, x1: 30, y1: 20)
    let (kept, share) = box.clamped(width: 100, height: 15)
    #expect(kept == BoundingBox(x0: 0, y0: 10, x1: 30, y1: 15))
    #expect(abs(share - (1 - 150.0 / 400)) < 1e-12)
    let outside = BoundingBox(x0: 200, y0: 0, x1: 210, y1: 5).clamped(width: 100, height: 100)
    #expect(outside.clippedShare == 1 && outside.box.area == 0)
  }

  @Test("Intersections: overlapping, touching, nested, outside, swapped and NaN boxes")
  func intersections() {
    let box = BoundingBox(x0: 2, y0: 3, x1: 8, y1: 7)
    #expect(box.width == 6 && box.height == 4 && box.area == 24)
    let other = BoundingBox(x0: 5, y0: 1, x1: 20, y1: 4.5)
    #expect(box.intersection(other) == BoundingBox(x0: 5, y0: 3, x1: 8, y1: 4.5))
    #expect(other.intersection(box) == box.intersection(other))
    #expect(abs(box.intersectionOverUnion(other) - 4.5 / (24 + 52.5 - 4.5)) < 1e-12)
    #expect(box.intersectionOverUnion(box) == 1)
    let inner = BoundingBox(x0: 3, y0: 4, x1: 4, y1: 5)
    #expect(box.intersection(inner) == inner)
    for outside in [
      BoundingBox(x0: 8, y0: 3, x1: 9, y1: 7), BoundingBox(x0: 2, y0: 0, x1: 8, y1: 3),
      BoundingBox(x0: 100, y0: 100, x1: 101, y1: 101), BoundingBox(x0: 6, y0: 6, x1: 4, y1: 4),
      BoundingBox(x0: .nan, y0: 0, x1: 10, y1: .nan),
    ] {
      #expect(!box.intersects(outside), "\(outside)")
      #expect(box.intersectionOverUnion(outside) == 0 || outside.area.isNaN, "\(outside)")
    }
    #expect(BoundingBox(x0: 6, y0: 6, x1: 4, y1: 4).area == 0)
  }

  @Test("Boxes are coded with flat keys, labeled boxes with their color")
  func coding() throws {
    let box = BoundingBox(x0: 1, y0: 2, x1: 3.5, y1: 4)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let text = String(decoding: try encoder.encode(box), as: UTF8.self)
    #expect(text == #"{"x0":1,"x1":3.5,"y0":2,"y1":4}"#)
    #expect(try JSONDecoder().decode(BoundingBox.self, from: Data(text.utf8)) == box)
    let labeled = LabeledBox(box, label: "Effusion", color: .lime)
    #expect(
      try JSONDecoder().decode(LabeledBox.self, from: encoder.encode(labeled)) == labeled)
  }
}
