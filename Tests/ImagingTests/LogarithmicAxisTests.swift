import Testing

import Imaging

@Suite("Logarithmic axes")
struct LogarithmicAxisTests {
  @Test("equal ratios have equal distances; values without a logarithm are not drawn")
  func places() throws {
    let plot = LinePlot(
      [.init("", points: [(0, 5), (-1, 6), (1e-4, 1), (1, 2), (.infinity, 3)])],
      xScale: .logarithmic)
    let axes = try #require(PlotAxes(plot, within: BoundingBox(width: 300, height: 200)))
    #expect(abs(axes.xRange.lowerBound + 4) < 1e-9 && abs(axes.xRange.upperBound) < 1e-9)
    #expect(axes.yRange.upperBound < 3)
    #expect(abs(axes.x(1e-2) - (axes.x(1e-4) + axes.x(1)) / 2) < 1e-6)
    #expect(!axes.isDrawable(0) && !axes.isDrawable(-1) && axes.isDrawable(1e-300))
    let given = LinePlot([], xRange: 1e-3...10, xScale: .logarithmic)
    let range = try #require(PlotAxes(given, within: BoundingBox(width: 300, height: 200))).xRange
    #expect(abs(range.lowerBound + 3) < 1e-9 && abs(range.upperBound - 1) < 1e-9)
  }

  @Test("ticks at powers of ten, or at 1, 2 and 5 in a short range")
  func ticks() {
    let powers = TickMarks.logarithmic(-7...1, about: 9)
    #expect(powers.labels == (-7...1).map { NumberText.power($0) })
    #expect(powers.labels.first == "10⁻⁷" && powers.labels.last == "10¹")
    #expect(powers.minor.count == 8 * 8)
    let few = TickMarks.logarithmic(-7...1, about: 4)
    #expect(few.labels == ["10⁻⁶", "10⁻⁴", "10⁻²", "10⁰"] && few.minor.isEmpty)
    #expect(
      TickMarks.logarithmic(-2.1...(-0.9), about: 6).labels == ["0.01", "0.02", "0.05", "0.1"])
    #expect(TickMarks.logarithmic(0.31...0.32, about: 6).values.count >= 2)
    for (low, high) in [(-330.0, 300.0), (-320, -318), (300, 308), (0, 0.0001)] {
      let ticks = TickMarks.logarithmic(low...high, about: 6)
      #expect(ticks.values.allSatisfy(\.isFinite) && ticks.labels.count == ticks.values.count)
      #expect(ticks.values.count < 40)
    }
  }

  @Test("numbers with two digits and a power of ten")
  func scientific() {
    for (value, text) in [
      (3.98e-4, "4.0·10⁻⁴"), (9.96e-4, "1.0·10⁻³"), (0.0209, "2.1·10⁻²"), (1, "1.0·10⁰"),
      (12.3, "1.2·10¹"), (9.94, "9.9·10⁰"), (2e-310, "2.0·10⁻³¹⁰"), (3e300, "3.0·10³⁰⁰"),
      (0, "0"), (.nan, "NaN"),
    ] {
      #expect(NumberText.scientific(value) == text)
    }
  }
}
