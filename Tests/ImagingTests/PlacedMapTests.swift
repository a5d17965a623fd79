import Imaging
import TestSupport
import Testing

@Suite("Maps over images")
struct PlacedMapTests {
  private let identity = ImageGeometry.identity

  /// A map whose cells divide an input of 8 x 4 pixels evenly.
  private func map(_ values: [Float], columns: Int, input: ImageGeometry = .identity) -> PlacedMap {
    let rows = values.count / columns
    return PlacedMap(
      ScalarImage(width: columns, height: rows, values: values),
      grid: ImageGeometry(
        scaleX: 8 / Double(columns), scaleY: 4 / Double(rows), offsetX: 0, offsetY: 0),
      input: input, width: 8, height: 4)
  }

  private func pixels(_ image: PixelBuffer) -> [[UInt8]] {
    (0..<(image.width * image.height)).map { Array(image.samples[(3 * $0)..<(3 * $0 + 3)]) }
  }

  @Test(
    "The film is unchanged where the map is zero, and opacity grows with the evidence to its maximum"
  )
  func evidence() {
    let film = PixelBuffer(width: 8, height: 4, channels: 1, filledWith: 100)
    let ramp = map([0, 0, 0, 0, 0.25, 0.5, 0.75, 1], columns: 8)
    let colors = MapColors(.gray, range: 0...1, words: ("", ""))
    let drawn = pixels(
      film.overlaid(with: ramp, of: (8, 4), colors: colors, style: .evidence()))
    #expect(drawn[0..<4].allSatisfy { $0 == [100, 100, 100] })
    // Gray's color at 1 is 255, at an opacity of 0.6.
    #expect(drawn[7] == [193, 193, 193])
    func opacity(_ x: Int) -> Double {
      let color = Double(Colormap.index(Double(x - 3) / 4))
      return (Double(drawn[x][0]) - 100) / (color - 100)
    }
    #expect(opacity(4) > 0 && opacity(4) < 0.1)
    #expect(opacity(6) > opacity(4) && opacity(6) < 0.6)
    let uniform = pixels(
      film.overlaid(with: ramp, of: (8, 4), colors: colors, style: .uniform(alpha: 0.6)))
    #expect(uniform[0] == [40, 40, 40] && uniform[7] == [193, 193, 193])
    // NaN and infinity in a map change nothing else.
    let odd = map([0, .nan, 0, 0, 0, 0, 0, 1], columns: 8)
    let kept = pixels(film.overlaid(with: odd, of: (8, 4), colors: colors, style: .evidence()))
    #expect(kept[1] == [100, 100, 100] && kept[7] == [193, 193, 193])
  }

  @Test("A signed scale is symmetric; negative values never have the colors of positive ones")
  func signed() {
    let colors = MapColors(for: [[-4, -1, -0.5], [0.5, 2, .nan, .infinity]])
    #expect(colors.range == -4...4 && colors.isSigned)
    #expect(colors.position(0) == 0.5 && colors.share(-4) == 1 && colors.share(0) == 0)
    let film = PixelBuffer(width: 8, height: 4, channels: 1, filledWith: 0)
    let negative = MapColors(for: [[-1, -2, -3]])
    for value: Float in [-0.5, -1, -2, -3] {
      let drawn = pixels(
        film.overlaid(
          with: map([value], columns: 1), of: (8, 4), colors: negative, style: .evidence()))
      #expect(drawn.allSatisfy { $0[2] > $0[0] }, "\(value)")
      let color = negative.colormap.color(at: negative.position(value))
      #expect(color.blue > color.red)
    }
    // One cell that speaks for its class is as warm as it gets.
    let one = MapColors(for: [[0.7]])
    #expect(one.range == 0...0.7 && !one.isSigned && one.position(0.7) == 1)
    let pair = MapColors(for: [[0.7], [-0.7]])
    #expect(pair.position(0.7) == 1 && pair.position(-0.7) == 0)
    #expect(MapColors(for: [[0, 0]]).share(0) == 0 && MapColors(for: [[]]).position(3) == 0)
  }

  @Test("The diverging colormap is dark at zero, magma above it, and lightens evenly on both sides")
  func colormap() {
    let (both, magma) = (Colormap.iceMagma, Colormap.magma)
    #expect(both.color(at: 0.5).description == magma.color(at: 0).description)
    for step in 0..<128 {
      #expect(
        both.color(at: 0.5 + Double(step) / 256) == magma.color(at: Double(2 * step) / 256))
    }
    func lightness(_ color: Color) -> Double {
      DivergingTable.lightness([color.red, color.green, color.blue])
    }
    let entries = (0..<128).map { lightness(both.color(at: (127.5 - Double($0)) / 256)) }
    for (a, b) in zip(entries, entries.dropFirst()) { #expect(b >= a - 0.6 && b - a < 2) }
    #expect(entries[127] > 75 && entries[0] < 2)
    for place in stride(from: 0.0, to: 0.4, by: 0.01) {
      #expect(both.color(at: place).blue > both.color(at: place).red)
    }
  }

  @Test("Cells lie where the grid places them, and nothing where the model saw nothing")
  func placement() {
    // The input is the middle of an image of 20 x 8 pixels, at half its resolution.
    let input = ImageGeometry(scaleX: 2, scaleY: 2, offsetX: 2, offsetY: 0)
    let shifted = PlacedMap(
      ScalarImage(width: 2, height: 1, values: [1, 0]),
      grid: ImageGeometry(scaleX: 4, scaleY: 4, offsetX: -2, offsetY: 0), input: input, width: 8,
      height: 4)
    let values = shifted.sampled(
      width: 20, height: 8, of: (20, 8), interpolation: .nearest)
    let row = values[0..<20].map { $0.isNaN ? "." : "\(Int($0))" }.joined()
    // The first cell is centered at the input's border, so half of it is seen.
    #expect(row == "..1111000000000000..")
    let smooth = shifted.sampled(width: 20, height: 8, of: (20, 8), interpolation: .bilinear)
    #expect(smooth[2] == 1 - 0.5 / 8 && smooth[9] == 1 - 7.5 / 8 && smooth[17] == 0)
    let small = shifted.sampled(width: 10, height: 4, of: (20, 8), interpolation: .nearest)
    #expect(small[0].isNaN && small[1] == 1 && small[3] == 0 && small[9].isNaN)
    // A rotation by a quarter: the general path agrees with the separable one.
    let turned = PlacedMap(
      shifted.cells, grid: ImageGeometry(scaleX: 4, scaleY: 4, offsetX: -2, offsetY: 0),
      input: ImageGeometry(matrix: [0, 2, 0, 2, 0, 2, 0, 0, 1]), width: 8, height: 4)
    let columns = turned.sampled(width: 8, height: 20, of: (8, 20), interpolation: .nearest)
    #expect(
      (0..<20).map { columns[8 * $0].isNaN ? "." : "\(Int(columns[8 * $0]))" }.joined() == row)
  }

  @Test("The outline of a mask follows its borders, holes included")
  func outline() {
    struct Ring: ImageMask {
      var isEmpty: Bool { false }
      func contains(x: Int, y: Int) -> Bool {
        (10..<30).contains(x) && (10..<20).contains(y)
          && !((14..<18).contains(x) && (12..<16).contains(y))
      }
      func intersects(_ box: BoundingBox) -> Bool {
        box.intersects(BoundingBox(x0: 10, y0: 10, x1: 30, y1: 20))
      }
    }
    let lines = MaskOutline(Ring(), width: 64, height: 48).lines
    #expect(lines.count == 2)
    let boxes = lines.map { line in
      [line.map(\.x).min(), line.map(\.x).max(), line.map(\.y).min(), line.map(\.y).max()]
    }
    #expect(Set(boxes) == [[10, 30, 10, 20], [14, 18, 12, 16]])
    #expect(lines.allSatisfy { $0.count == 8 })
    // Of a large image every n-th pixel is looked at.
    let large = MaskOutline(
      ScaledMask(Ring(), scaleX: 0.01, scaleY: 0.01), width: 6400, height: 4800)
    let xs = large.lines.joined().map(\.x)
    #expect(abs((xs.min() ?? 0) - 1000) <= 7 && abs((xs.max() ?? 0) - 3000) <= 7)
  }
}
