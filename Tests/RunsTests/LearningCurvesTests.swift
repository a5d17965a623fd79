import Files
import Foundation
import Imaging
import Runs
import Testing

@Suite("Learning curves")
struct LearningCurvesTests {
  @Test("PNG and SVG of one and of several runs, by epoch and by step")
  func files() throws {
    let runs = try RunFixture()
    let paths = try (0..<8).map { number in
      try runs.write(
        "runs/r\(number)", validLoss: [22, 77, 0.5, 0.4, 0.35, 0.3, 0.32, 0.31],
        auc: (0..<8).map { 0.5 + Double($0 * (number + 1)) / 200 })
    }
    for (name, drawn, steps) in [
      ("one", Array(paths.prefix(1)), false), ("all", paths, false), ("steps", paths, true),
    ] {
      var curves = try LearningCurves(contentsOf: drawn, showsSteps: steps)
      let file = runs.work.file("figures/\(name)")
      try curves.write(to: file + ".png")
      try curves.write(to: file + ".svg")
      #expect(try PixelBuffer(contentsOfImage: file + ".png").width > 400)
      let text = try runs.work.text("figures/\(name).svg")
      #expect(text.contains("r7") == (name != "one"))
      #expect(text.contains("dots:") || text.contains("Dots:") == !steps)
      // The two losses of the first epochs are outside of the axis.
      #expect(text.contains("above the axis, as far as 77") == !steps)
      curves.isLogarithmic = true
      try curves.write(to: file + "-log.svg")
      #expect(try !runs.work.text("figures/\(name)-log.svg").contains("above the axis"))
    }
    var curves = try LearningCurves(contentsOf: paths)
    curves.names = ["roc_auc_score"]
    try curves.write(to: runs.work.file("auc.svg"))
    #expect(try !runs.work.text("auc.svg").contains(">loss<"))
    curves.names = ["roc_auc"]
    let error = #expect(throws: RunQueryError.self) { try curves.figure() }
    #expect(error?.description.contains("did you mean \"roc_auc_score\"?") == true)
  }

  @Test("runs without epochs or values have nothing to draw")
  func nothing() throws {
    let runs = try RunFixture()
    let empty = try runs.write("empty", validLoss: [])
    #expect(throws: RunQueryError.self) { try LearningCurves(RunSummary(empty)).figure() }
    let missing = try runs.write("missing", validLoss: [.nan, .nan])
    #expect(throws: RunQueryError.self) { try LearningCurves(RunSummary(missing)).figure() }
    let one = try runs.write("one", validLoss: [0.5])
    try LearningCurves(RunSummary(one)).write(to: runs.work.file("one.png"))
  }

  @Test("an axis leaves out few values far from the others, and keeps a descent")
  func clipping() {
    let outlier = AxisClipping([[22, 77, 0.5, 0.4, 0.35, 0.3, 0.32, 0.31, 0.3, 0.3, 0.3, 0.3]])
    #expect(outlier.above == 2 && outlier.below == 0 && outlier.extreme == 77)
    #expect(outlier.range.map { $0.upperBound < 1 && $0.contains(0.5) } == true)
    let descent = (0..<100).map { 2.3 * exp(-Double($0) / 15) + 0.1 }
    #expect(AxisClipping([descent]).range == nil)
    #expect(AxisClipping([[0.7, 0.6, 0.5]]).range == nil)
    #expect(AxisClipping([[1, 1, 1, 1, 1, 1]]).range == nil)
    #expect(AxisClipping([[], [.nan, .infinity]]).range == nil)
    let low = AxisClipping([[0.1, 0.9, 0.91, 0.92, 0.93, 0.94, 0.95]])
    #expect(low.below == 1 && low.above == 0 && low.extreme == 0.1)
  }

  @Test("a moving average begins at the first value and interrupts at NaN")
  func smoothing() {
    #expect(LearningCurves.smoothed([4, 2], by: 0) == [4, 2])
    let smooth = LearningCurves.smoothed([4, .nan, 2, 2], by: 0.5)
    #expect(smooth[0] == 4 && smooth[1].isNaN)
    #expect(abs(smooth[2] - (0.25 * 4 + 0.5 * 2) / 0.75) < 1e-12)
  }
}
