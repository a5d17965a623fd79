import DataBlocks
import Imaging
import Interpret
import Layers
import Tensors
import TestSupport
import Testing

@Suite("Check for shortcuts")
struct ShortcutCheckTests {
  private final class Net: Module {
    let conv = Conv2D(3, 2, kernelSize: 1)
    override func forward(_ input: Tensor) -> Tensor { conv(input).mean(axes: [2, 3]) }
  }

  private func check() -> ShortcutCheck {
    let net = Net()
    return ShortcutCheck(
      Explainer(
        model: net, vocab: ["a", "b"], GradCAM(), layers: [TappedLayer("conv", net.conv)]))
  }

  /// An explanation of an input of 40 x 40 with an even map of 8 x 8 cells.
  private func explanation(
    _ classIndex: Int = 1, _ value: (Int, Int) -> Float
  ) -> Explanation {
    let grid = MapGrid.even(ImageSize(height: 40, width: 40), rows: 8, columns: 8)
    let map = Tensor((0..<64).map { value($0 / 8, $0 % 8) }, shape: [8, 8])
    return Explanation(
      of: prepared(Tensor.zeros([1, 3, 40, 40])),
      maps: [
        ClassMap(
          classIndex: classIndex, className: ["a", "b"][classIndex], probability: 0.9, map: map,
          grid: grid, layers: [LayerMap(layer: "conv", map: map, grid: grid)])
      ])
  }

  @Test("an even map has the shares of the area; no warning")
  func even() throws {
    var check = check()
    for number in 0..<30 {
      // One cell is a little higher. Five peaks of 30 in one cell are twice what chance gives.
      let peak = number < 5 ? 27 : number * 2
      check.add(explanation { row, column in row * 8 + column == peak ? 1.02 : 1 })
    }
    let summary = check.summaries[1]
    #expect(summary.images == 30 && summary.withoutMap == 0 && check.summaries[0].images == 0)
    // 1 - 0.8², and 4 · 0.2².
    expectClose([summary.border.area, summary.corners.area], [0.36, 0.16], absolute: 1e-12)
    expectClose([summary.border.mass, summary.corners.mass], [0.36, 0.16], absolute: 0.002)
    expectClose(
      [try #require(summary.meanMap).values.reduce(0, +) / 1600].map(Double.init), [1],
      absolute: 1e-5)
    expectClose([try #require(summary.hotSpotShare)], [5.0 / 30], absolute: 1e-12)
    #expect(check.warnings.isEmpty && check.hasMaps)
  }

  @Test("evidence in one corner gives warnings in words, with shares and the class")
  func corner() throws {
    var check = check()
    for _ in 0..<12 {
      check.add(explanation { row, column in row == 0 && column == 0 ? 1 : -1 })
    }
    let summary = check.summaries[1]
    #expect(summary.border.mass > 0.7 && summary.corners.mass > 0.99)
    #expect(summary.hotSpotShare == 1 && summary.peaks[0][0] == 12)
    #expect(summary.warnings.count == 3, "\(summary.warnings)")
    #expect(summary.warnings.allSatisfy { $0.hasPrefix("b: ") })
    #expect(summary.warnings[1].contains("in the corners, which is 16 % of the area"))
    #expect(summary.warnings[2].contains("100 % of 12 images"))
    #expect(check.figure().svg().contains("3 warnings"))
  }

  @Test("a central hot spot warns of the place only; few images do not warn")
  func center() {
    var check = check()
    for number in 0..<20 {
      check.add(explanation { row, column in row == 4 && column == 3 ? 1 : 0 })
      if number == 8 { #expect(check.warnings.isEmpty) }
    }
    #expect(check.warnings.count == 1 && check.warnings[0].contains("64 cells"))
  }

  @Test("maps without positive cells or with NaN are counted, not averaged")
  func without() {
    var check = check()
    check.add(explanation { _, _ in -1 })
    check.add(explanation { _, _ in .nan })
    #expect(check.summaries[1].withoutMap == 2 && !check.hasMaps)
    #expect(check.summaries[1].meanMap == nil && check.summaries[1].hotSpotShare == nil)
    check.add(explanation { row, _ in row == 3 ? 1 : 0 })
    #expect(check.hasMaps && check.summaries[1].images == 3)
  }

  // numpy 2.4.6: the mean of the largest of 64 counts of 20 draws, over 100,000 repetitions, is 2.189.
  @Test("the largest share that chance puts into one cell")
  func chance() throws {
    var check = check()
    for number in 0..<20 { check.add(explanation { $0 * 8 + $1 == number ? 1 : 0 }) }
    let expected = try #require(check.summaries[1].expectedHotSpotShare)
    #expect(abs(expected * 20 - 2.189) < 0.06, "\(expected * 20)")
  }

  @Test("an image is explained for its most probable class")
  func image() throws {
    let net = Net()
    net.initialize(seed: 6)
    let explainer = Explainer(
      model: net, vocab: ["a", "b"], GradCAM(), layers: [TappedLayer("conv", net.conv)])
    var check = ShortcutCheck(explainer)
    var expected = [0, 0]
    for number in 0..<4 {
      let input = Tensor(
        (0..<(3 * 256)).map { Float(($0 * (2 * number + 3)) % 19) / 19 - Float(number) / 4 },
        shape: [1, 3, 16, 16])
      let output = net.evaluating { net(input) }.floatScalars
      expected[output[1] > output[0] ? 1 : 0] += 1
      try check.add(prepared(input))
    }
    #expect(check.summaries.map(\.images) == expected)
  }
}
