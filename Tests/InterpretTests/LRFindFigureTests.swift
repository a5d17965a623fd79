import Foundation
import Imaging
import Testing
import Training

import Interpret

@Suite("The figure of a search for a learning rate")
struct LRFindFigureTests {
  private func result(
    count: Int = 97, from start: Double = -7, per step: Double = 0.08,
    methods: [SuggestionMethod] = SuggestionMethod.allCases, _ loss: (Double) -> Double
  ) -> LRFindResult {
    let exponents = (0..<count).map { start + step * Double($0) }
    return LRFindResult(
      learningRates: exponents.map { pow(10, $0) }, losses: exponents.map(loss), iterations: 100,
      methods: methods)
  }

  private static func valley(_ x: Double) -> Double {
    0.72 - 0.4 / (1 + exp(-3 * (x + 3.2))) + (x > -1 ? 1.4 * (x + 1) * (x + 1) : 0)
  }

  @Test("one plot with a curve, a mark for each suggestion, and the numbers as text")
  func content() throws {
    let found = result(Self.valley)
    let text = found.figure().svg()
    for suggestion in found.suggestions {
      #expect(text.contains(suggestion.method.rawValue))
      #expect(text.contains(NumberText.scientific(suggestion.learningRate)))
    }
    #expect(found.suggestions.count == 4)
    #expect(text.contains("learning rate") && text.contains("smoothed training loss"))
    #expect(text.contains("10⁻⁵") && !text.contains("0.00001"))
  }

  @Test("curves without a finite loss, of one point and of none are drawn")
  func oddCurves() throws {
    let odd: [LRFindResult] = [
      result { _ in .nan }, result { _ in .infinity }, result { $0 > -4 ? .nan : 1 },
      result(count: 1) { _ in 1 }, result(count: 0) { _ in 1 }, result { _ in 1 },
      result { pow(10, 30 * ($0 + 7)) }, result(count: 30, per: 0.001) { $0 },
      result(count: 30, from: -320, per: 1) { $0 }, result(count: 30, from: 290, per: 1) { -$0 },
    ]
    let path = FileManager.default.temporaryDirectory.appending(
      path: "lr-find-\(UUID().uuidString).png"
    ).path
    defer { try? FileManager.default.removeItem(atPath: path) }
    for found in odd {
      try found.savePlot(to: path)
      #expect(try Data(contentsOf: URL(filePath: path)).count > 1000)
    }
    #expect(result(count: 4) { $0 }.figure().captions.count == 1)
  }
}
