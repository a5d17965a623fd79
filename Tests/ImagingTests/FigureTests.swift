import Foundation
import Imaging
import Testing

@Suite("Figures and boxes")
struct FigureTests {
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

  @Test("A label is drawn inside of the corner of its box")
  func label() {
    let image = PixelBuffer(width: 200, height: 100, channels: 1, filledWith: 60)
    let box = LabeledBox(BoundingBox(x0: 20, y0: 20, x1: 180, y1: 80), color: .lime)
    var labeled = box
    labeled.label = "Pneumothorax"
    let plain = image.drawing([box])
    let drawn = image.drawing([labeled])
    var inside = 0
    var outside = 0
    for pixel in 0..<(200 * 100) {
      let range = (3 * pixel)..<(3 * pixel + 3)
      if drawn.samples[range] == plain.samples[range] { continue }
      let x = pixel % 200
      let y = pixel / 200
      if x >= 20 && x < 180 && y >= 20 && y < 50 { inside += 1 } else { outside += 1 }
    }
    #expect(inside > 200)
    #expect(outside == 0)
  }

  @Test("A label wider than its box is drawn above it, or below if there is no room")
  func wideLabel() {
    let image = PixelBuffer(width: 200, height: 100, channels: 1, filledWith: 60)
    func rowsOfText(_ top: Double) -> [Int] {
      let bare = LabeledBox(BoundingBox(x0: 80, y0: top, x1: 100, y1: top + 20), color: .lime)
      var named = bare
      named.label = "Pneumothorax"
      let (plain, drawn) = (image.drawing([bare]), image.drawing([named]))
      return (0..<100).filter { y in
        let row = (600 * y)..<(600 * (y + 1))
        return plain.samples[row] != drawn.samples[row]
      }
    }
    let above = rowsOfText(50)
    #expect(above.count > 8 && above.allSatisfy { $0 < 49 && $0 > 30 })
    let below = rowsOfText(4)
    #expect(below.count > 8 && below.allSatisfy { $0 > 25 && $0 < 48 })
  }

  @Test("Boxes that are outside, empty or not finite are not drawn")
  func boxesNotDrawn() {
    let image = PixelBuffer(width: 30, height: 30, channels: 3)
    let far = LabeledBox(BoundingBox(x0: 500, y0: -900, x1: 900, y1: -100), label: "far")
    #expect(image.drawing([far]) == image)
    _ = image.drawing([LabeledBox(BoundingBox(x0: 5, y0: 5, x1: 5, y1: 5), label: "")])
    _ = image.drawing([LabeledBox(BoundingBox(x0: .nan, y0: 0, x1: 1, y1: .infinity), label: "?")])
  }

  @Test("A figure contains all panels and shows the cells of a small map")
  func figure() throws {
    let map = ScalarImage(width: 2, height: 2, values: [0, 1, 2, 3])
    let style = Figure.MapStyle(colormap: .gray, showsColorBar: false)
    let figure = Figure(
      rows: [[.map(map, style: style), .map(map, style: style)]], cellSize: (100, 100))
    let drawn = figure.drawn()
    #expect(drawn.width == 2 * 100 + 20 + 2 * 24)
    #expect(drawn.height == 100 + 2 * 24)
    func gray(_ x: Int, _ y: Int) -> UInt8 { drawn.samples[3 * ((24 + y) * drawn.width + x)] }
    for left in [24, 24 + 120] {
      #expect(gray(left + 49, 49) == 0 && gray(left + 50, 49) == 85)
      #expect(gray(left + 49, 50) == 170 && gray(left + 99, 99) == 255)
    }
    #expect(gray(10, 10) == 255 && gray(24 + 110, 50) == 255)
  }

  @Test("Long titles are wrapped and truncated within their column")
  func titles() {
    let image = PixelBuffer(width: 10, height: 10, channels: 1)
    let long = String(repeating: "an endlessly long title ", count: 20) + "Donaudampfschifffahrt"
    func columnOfGap(_ figure: Figure) -> Set<UInt8> {
      let drawn = figure.drawn()
      return Set((0..<drawn.height).map { drawn.samples[3 * ($0 * drawn.width + 24 + 160)] })
    }
    let figure = Figure(
      rows: [[.image(image, title: long), .image(image, title: long)]], cellSize: (150, 150))
    #expect(columnOfGap(figure) == [255])
    let short = Figure(rows: [[.image(image), .image(image)]], cellSize: (150, 150))
    #expect(figure.drawn().height > short.drawn().height)
  }

  @Test("A plot draws its line at the points, and accepts values that are not finite")
  func plot() {
    let red = Color(red: 200, green: 0, blue: 0)
    let rising = LinePlot.Series("", points: [(0, 0), (1, 1)], color: red)
    let plot = LinePlot([rising], xRange: 0...1, yRange: 0...1)
    let drawn = Figure(rows: [[.plot(plot)]], cellSize: (200, 200)).drawn()
    var first: (x: Int, y: Int)?
    var last: (x: Int, y: Int)?
    for x in 0..<drawn.width {
      for y in 0..<drawn.height {
        let at = 3 * (y * drawn.width + x)
        guard drawn.samples[at] == 200, drawn.samples[at + 1] == 0 else { continue }
        if first == nil { first = (x, y) }
        last = (x, y)
      }
    }
    #expect((first?.y ?? 0) > 150 && (last?.y ?? 999) < 60)
    #expect((first?.x ?? 999) < 80 && (last?.x ?? 0) > 190)
    let oddities: [[(x: Double, y: Double)]] = [
      [], [(0, .nan)], [(1, 1)], [(0, 1e300), (1, -1e300)], [(0, 1.7e308), (1, -1.7e308)],
      [(1e20, 1e-300), (1e20, 2e-300)],
    ]
    for points in oddities {
      let odd = LinePlot([.init("odd", points: points)])
      _ = Figure(rows: [[.plot(odd), .init(.empty)]], cellSize: (120, 90)).drawn()
    }
  }
}
