import Imaging
import Testing

@Suite("Scales and names of plots")
struct LinePlotTests {
  private let cell = (width: 300, height: 200)

  private func svg(_ plot: LinePlot) -> String {
    Figure(rows: [[.plot(plot)]], cellSize: cell).svg()
  }

  @Test("a logarithmic axis has powers of ten, and leaves out what is not above 0")
  func logarithmic() {
    var plot = LinePlot([.init("", points: [(1, 0), (2, 0.001), (3, -1), (4, 1000)])])
    plot.yScale = .log
    let text = svg(plot)
    for label in [">0.001<", ">0.1<", ">10<", ">1000<"] {
      #expect(text.contains(label), "\(label)")
    }
    // One kind of label: all are powers where some numbers would be long.
    let rates = svg(LinePlot([.init("", points: [(1e-7, 1), (1, 2)])], xScale: .log))
    #expect(rates.contains(">10⁻") && !rates.contains(">1·10⁻") && !rates.contains(">0.01<"))
    plot.yScale = .linear
    plot.xScale = .log
    _ = svg(plot)
    let oddities: [[(x: Double, y: Double)]] = [
      [], [(0, 0)], [(1, .nan)], [(5, 5)], [(1e-300, 1e300), (1e300, 1e-300)],
      [(-1, -1), (-2, -2)],
      [(3, 3.1), (3.2, 3.2)],
    ]
    for points in oddities {
      for style in [LinePlot.Style.line, .steps, .points, .bars] {
        var odd = LinePlot(
          [
            .init(
              "odd", points: points, style: style, hasMarkers: true,
              band: points.map { .init(x: $0.x, low: -1, high: $0.y) })
          ], xRange: -1...0)
        (odd.xScale, odd.yScale, odd.naming) = (.log, .log, .lineEnds)
        _ = Figure(rows: [[.plot(odd)]], cellSize: (120, 90)).drawn()
      }
    }
  }

  @Test("names at the ends of lines keep their order and a distance, within the range")
  func apart() {
    for wanted in [
      [10.0, 50, 90], [50, 50, 50], [0, 1, 2, 3, 99], [98, 99, 100], [10, 20, 21, 22, 40], [],
    ] {
      let found = LinePlot.apart(wanted, by: 10, in: 0...100)
      #expect(found.count == wanted.count)
      for (a, b) in zip(found, found.dropFirst()) { #expect(b - a >= 10 - 1e-9, "\(wanted)") }
      #expect(found.allSatisfy { (-1e-9...100 + 1e-9).contains($0) }, "\(wanted): \(found)")
    }
    #expect(LinePlot.apart([10, 50, 90], by: 10, in: 0...100) == [10, 50, 90])
    #expect(LinePlot.apart([50, 50], by: 10, in: 0...100) == [45, 55])
  }

  @Test("names at the ends of lines are right of the data; of too many, some are counted")
  func names() {
    let few = (0..<3).map { LinePlot.Series("run \($0)", points: [(0, 1), (1, Double($0))]) }
    var plot = LinePlot(few)
    plot.naming = .lineEnds
    let text = svg(plot)
    for place in 0..<3 { #expect(text.contains(">run \(place)<")) }
    plot.series = (0..<50).map { LinePlot.Series("run \($0)", points: [(0, 1), (1, Double($0))]) }
    let many = svg(plot)
    #expect(many.contains(" more<") && !many.contains(">run 1<"))
  }
}
