import Foundation
import Imaging
import TestSupport
import Testing

@Suite("Boxes and their labels")
struct BoxDrawingTests {
  @Test("A box is drawn on its edges with a black outline, and nowhere else")
  func box() {
    let image = PixelBuffer(width: 100, height: 80, channels: 1, filledWith: 90)
    let drawn = image.drawing(
      [LabeledBox(BoundingBox(x0: 20, y0: 10, x1: 60, y1: 50), color: .red)], lineWidth: 2)
    func pixel(_ x: Int, _ y: Int) -> [UInt8] {
      Array(drawn.samples[(3 * (y * 100 + x))..<(3 * (y * 100 + x) + 3)])
    }
    #expect(pixel(20, 30) == [255, 0, 0] && pixel(19, 30) == [255, 0, 0])
    #expect(pixel(40, 9) == [255, 0, 0] && pixel(59, 49) == [255, 0, 0])
    #expect(pixel(18, 30) == [0, 0, 0] && pixel(21, 30) == [0, 0, 0])
    #expect(pixel(40, 30) == [90, 90, 90] && pixel(5, 5) == [90, 90, 90])
    #expect(pixel(70, 30) == [90, 90, 90])
  }

  @Test("All edges of a box on the image's border are visible")
  func border() {
    let image = PixelBuffer(width: 60, height: 40, channels: 1, filledWith: 90)
    for box in [
      BoundingBox(width: 60, height: 40), BoundingBox(x0: -5, y0: -5, x1: 70, y1: 50),
    ] {
      let drawn = image.drawing([LabeledBox(box, color: .red)], lineWidth: 2)
      func isRed(_ x: Int, _ y: Int) -> Bool {
        Array(drawn.samples[(3 * (y * 60 + x))..<(3 * (y * 60 + x) + 3)]) == [255, 0, 0]
      }
      #expect((0..<6).contains { isRed($0, 20) } && (54..<60).contains { isRed($0, 20) })
      #expect((0..<6).contains { isRed(30, $0) } && (34..<40).contains { isRed(30, $0) })
    }
  }

  @Test("Labels are inside of the image, and outside of all boxes where there is room")
  func labels() {
    var random = Mutator(seed: 7)
    func number(_ count: Int) -> Double { Double(random.below(count)) }
    for (width, height) in [(320.0, 320.0), (90, 300), (300, 60)] {
      let area = BoundingBox(x0: 24, y0: 50, x1: 24 + width, y1: 50 + height)
      let drawing = BoxDrawing(area: area, lineWidth: 2, textSize: 12)
      for _ in 0..<300 {
        let (x0, y0) = (area.x0 + number(Int(width)), area.y0 + number(Int(height)))
        let box = BoundingBox(
          x0: x0, y0: y0, x1: min(x0 + 1 + number(120), area.x1),
          y1: min(y0 + 1 + number(120), area.y1))
        for label in ["a", "Pneumothorax 0.31", String(repeating: "endless ", count: 20)] {
          let place = drawing.labelArea(label, beside: box, others: [box], taken: [])
          #expect(place.x0 >= area.x0 && place.x1 <= area.x1 + 1e-9)
          #expect(place.y0 >= area.y0 && place.y1 <= area.y1 + 1e-9)
          let room = max(box.y0 - area.y0, area.y1 - box.y1) - 2
          if room >= place.height { #expect(place.intersection(box) == nil) }
        }
      }
    }
  }

  @Test("The labels of several boxes cover neither boxes nor each other")
  func severalLabels() {
    let area = BoundingBox(width: 320, height: 320)
    let drawing = BoxDrawing(area: area, lineWidth: 2, textSize: 12)
    let boxes = [(100.0, 100.0), (100, 118), (150, 100)].map {
      BoundingBox(x0: $0.0, y0: $0.1, x1: $0.0 + 40, y1: $0.1 + 16)
    }
    var places: [BoundingBox] = []
    for box in boxes {
      let place = drawing.labelArea("Effusion", beside: box, others: boxes, taken: places)
      #expect(!(boxes + places).contains { $0.intersects(place) })
      places.append(place)
    }
  }

  @Test("A box with little evidence is drawn fainter than one with much")
  func strength() {
    let image = PixelBuffer(width: 100, height: 80, channels: 1, filledWith: 90)
    func changed(_ strength: Double) -> Int {
      var box = LabeledBox(BoundingBox(x0: 20, y0: 10, x1: 60, y1: 50), color: .yellow)
      box.strength = strength
      let drawn = image.drawing([box], lineWidth: 2)
      return (0..<8000).count { drawn.samples[3 * $0] > 230 && drawn.samples[3 * $0 + 2] < 30 }
    }
    #expect(changed(1) > changed(0.5) && changed(0.5) > 0)
    // Thin and translucent: no pixel has the full color.
    #expect(changed(0.1) == 0)
    var weak = LabeledBox(BoundingBox(x0: 20, y0: 10, x1: 60, y1: 50), color: .yellow)
    weak.strength = 0.1
    #expect(image.drawing([weak]) != image.convertedToRGB())
  }

  @Test("Boxes that are outside, empty or not finite are not drawn")
  func boxesNotDrawn() {
    let image = PixelBuffer(width: 30, height: 30, channels: 3)
    let far = LabeledBox(BoundingBox(x0: 500, y0: -900, x1: 900, y1: -100), label: "far")
    #expect(image.drawing([far]) == image)
    _ = image.drawing([LabeledBox(BoundingBox(x0: 5, y0: 5, x1: 5, y1: 5), label: "")])
    let odd = LabeledBox(BoundingBox(x0: .nan, y0: 0, x1: 1, y1: .infinity), label: "?")
    #expect(image.drawing([odd]) == image)
  }
}
