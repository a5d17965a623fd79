import Foundation
import Imaging
import TestSupport
import Testing

@Suite("Figures and plots")
struct FigureTests {
  @Test("A figure contains all panels and shows the cells of a small map")
  func figure() throws {
    let map = ScalarImage(width: 2, height: 2, values: [0, 1, 2, 3])
    let style = Figure.MapStyle(colormap: .gray, showsColorBar: false)
    var figure = Figure(
      rows: [[.map(map, style: style), .map(map, style: style)]], cellSize: (100, 100))
    figure.dpi = 96
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

  @Test("Long titles are wrapped and truncated within their column, names without blanks too")
  func titles() {
    let image = PixelBuffer(width: 10, height: 10, channels: 1)
    func columnOfGap(_ title: String) -> (gap: Set<UInt8>, height: Int) {
      var figure = Figure(
        rows: [[.image(image, title: title), .image(image, title: title)]], cellSize: (150, 150))
      figure.dpi = 96
      let drawn = figure.drawn()
      let gap = (0..<drawn.height).map { drawn.samples[3 * ($0 * drawn.width + 24 + 160)] }
      return (Set(gap), drawn.height)
    }
    let plain = columnOfGap("")
    for title in [
      String(repeating: "an endlessly long title ", count: 20) + "Donaudampfschifffahrt",
      String(repeating: "0123456789", count: 30), "line\u{202E}\u{0}feed\u{1B}[31m",
    ] {
      let long = columnOfGap(title)
      #expect(long.gap == [255])
      #expect(long.height > plain.height && long.height < plain.height + 70)
    }
  }

  @Test(
    "The width of a figure is that asked for in pixels or inches, and PNG files state the resolution"
  )
  func size() throws {
    let image = PixelBuffer(width: 30, height: 20, channels: 1, filledWith: 80)
    for count in 1...4 {
      for dpi in [72.0, 144, 300] {
        for width in [Figure.Width.natural, .pixels(640), .pixels(901), .inches(3.5)] {
          var figure = Figure(rows: [(0..<count).map { _ in .image(image, title: "title") }])
          figure.dpi = dpi
          figure.width = width
          let drawn = figure.drawn()
          switch width {
          case .natural:
            #expect(
              drawn.width == Int((Double(count * 340 - 20 + 48) * dpi / 96).rounded()))
          case .pixels(let pixels): #expect(drawn.width == pixels)
          case .inches(let inches): #expect(drawn.width == Int((inches * dpi).rounded()))
          }
          let png = try figure.png()
          #expect(try PNG.decode(png) == drawn)
          let chunk = try #require(png.firstRange(of: Array("pHYs".utf8)))
          let content = png[chunk.upperBound..<(chunk.upperBound + 9)]
          let perMeter = UInt32((dpi / 0.0254).rounded())
          let bytes = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: perMeter >> $0) }
          #expect(Array(content) == bytes + bytes + [1])
        }
      }
    }
  }

  @Test("A figure of hundreds of rows is drawn smaller instead of failing")
  func manyRows() {
    let image = PixelBuffer(width: 4, height: 4, channels: 1)
    var figure = Figure(rows: (0..<200).map { _ in [.image(image)] }, cellSize: (40, 200))
    figure.dpi = 600
    #expect(figure.drawn().height <= 20_000)
  }

  @Test("A plot draws its line at the points, and accepts values that are not finite")
  func plot() {
    let red = Color(red: 200, green: 0, blue: 0)
    let rising = LinePlot.Series("", points: [(0, 0), (1, 1)], color: red)
    let plot = LinePlot([rising], xRange: 0...1, yRange: 0...1)
    var figure = Figure(rows: [[.plot(plot)]], cellSize: (200, 200))
    figure.dpi = 96
    let drawn = figure.drawn()
    let places = self.places(of: [200, 0, 0], in: drawn)
    #expect((places.first?.y ?? 0) > 150 && (places.last?.y ?? 999) < 60)
    #expect((places.first?.x ?? 999) < 80 && (places.last?.x ?? 0) > 190)
    let oddities: [[(x: Double, y: Double)]] = [
      [], [(0, .nan)], [(1, 1)], [(0, 1e300), (1, -1e300)], [(0, 1.7e308), (1, -1.7e308)],
      [(1e20, 1e-300), (1e20, 2e-300)],
    ]
    for points in oddities {
      for style in [LinePlot.Style.line, .steps, .points, .bars] {
        let odd = LinePlot(
          [
            .init(
              "odd", points: points, style: style, hasMarkers: true,
              band: points.map { .init(x: $0.x, low: $0.y, high: $0.y) })
          ], diagonal: true, hasEqualAspect: true)
        _ = Figure(rows: [[.plot(odd), .init(.empty)]], cellSize: (120, 90)).drawn()
      }
    }
  }

  /// The pixels of a color, by columns from the left.
  private func places(of color: [UInt8], in image: PixelBuffer) -> [(x: Int, y: Int)] {
    (0..<image.width).flatMap { x in
      (0..<image.height).compactMap { y in
        let at = 3 * (y * image.width + x)
        return Array(image.samples[at..<(at + 3)]) == color ? (x, y) : nil
      }
    }
  }

  @Test("With equal aspect a rise of one is as long as a run of one; bars stand on zero")
  func aspect() {
    let red = Color(red: 200, green: 0, blue: 0)
    let points: [(x: Double, y: Double)] = [(0.2, 0.2), (0.8, 0.2), (0.8, 0.8)]
    for (isEqual, isSquare) in [(true, true), (false, false)] {
      let plot = LinePlot(
        [.init("", points: points, color: red)], xRange: 0...1, yRange: 0...1,
        hasEqualAspect: isEqual)
      var figure = Figure(rows: [[.plot(plot)]], cellSize: (300, 160))
      figure.dpi = 96
      let places = places(of: [200, 0, 0], in: figure.drawn())
      let width = (places.map(\.x).max() ?? 0) - (places.map(\.x).min() ?? 0)
      let height = (places.map(\.y).max() ?? 0) - (places.map(\.y).min() ?? 0)
      #expect((abs(width - height) <= 3) == isSquare, "\(width), \(height)")
    }
    let bars = LinePlot([.init("", points: [(1, 3), (2, 6)], color: red, style: .bars)])
    let axes = PlotAxes(bars, within: BoundingBox(width: 200, height: 200))
    #expect(axes?.yRange.lowerBound == 0 && axes?.xRange == 0.5...2.5)
  }

  @Test("A matrix has its numbers in readable contrast, and none that do not fit")
  func matrix() {
    let many = (0..<60).map { row in (0..<60).map { Double($0 * row) } }
    let names = (0..<60).map { "class \($0)" }
    let panels: [Figure.Panel] = [
      .matrix(
        values: [[100, 0], [.nan, 3]], rowNames: ["a", "b"], columnNames: ["a", "b"],
        xLabel: "predicted", yLabel: "true"),
      .matrix(values: many, rowNames: names, columnNames: names),
      .matrix(values: [[0]], rowNames: [], columnNames: []),
      .matrix(values: [], rowNames: [], columnNames: []),
    ]
    var figure = Figure(rows: [panels], cellSize: (200, 200))
    figure.dpi = 96
    let drawn = figure.drawn()
    // The dark cell of 100 has white letters: both extremes are in its middle.
    let dark = places(of: [8, 48, 107], in: drawn).filter { $0.x < 224 }
    #expect(dark.count > 500)
    let (x0, x1) = (dark.map(\.x).min() ?? 0, dark.map(\.x).max() ?? 0)
    let (y0, y1) = (dark.map(\.y).min() ?? 0, dark.map(\.y).max() ?? 0)
    let white = (y0..<y1).flatMap { y in (x0..<x1).map { (x: $0, y: y) } }.filter {
      drawn.samples[3 * ($0.y * drawn.width + $0.x)] > 240
    }
    #expect(white.count > 10)
    #expect(white.allSatisfy { abs($0.x - (x0 + x1) / 2) < 25 && abs($0.y - (y0 + y1) / 2) < 12 })
  }

  @Test(
    "Ticks and numbers are short",
    arguments: [
      (0.0, "0"), (0.31489, "0.315"), (-0.25, "−0.25"), (1, "1"), (0.9999, "1"), (123456, "123456"),
      (0.00002, "2·10⁻⁵"), (-1.25e12, "−1.25·10¹²"), (.infinity, "∞"), (.nan, "NaN"),
      (5e-324, "4.94·10⁻³²⁴"), (1.7e308, "1.7·10³⁰⁸"), (999.6, "1000"),
    ])
  func numbers(value: Double, text: String) {
    #expect(NumberText.short(value) == text)
  }
}
