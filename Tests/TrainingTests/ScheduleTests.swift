import Foundation
import TestSupport
import Testing
import Training

@Suite("Schedules against fastai")
struct ScheduleTests {
  private struct File: Decodable {
    struct Case: Decodable {
      let id: String
      let lr_exact: [[Double]]?
      let mom_exact: [Double]?
    }
    let cases: [Case]
  }

  /// Peaks, share of the rise, division, final division, momenta, epochs: what the case's text says.
  static let oneCycles:
    [(String, [Double], Double, Double, Double, (Double, Double, Double), Int)] = [
      ("one_cycle", [0.01], 0.25, 25, 1e5, (0.95, 0.85, 0.95), 3),
      ("one_cycle_three_groups", [1e-5, 1e-4, 1e-3], 0.25, 25, 1e5, (0.95, 0.85, 0.95), 2),
      ("one_cycle_slice_stop", [1e-4, 1e-4, 1e-3], 0.25, 25, 1e5, (0.95, 0.85, 0.95), 2),
      ("one_cycle_options", [0.005], 0.4, 10, 1000, (0.9, 0.8, 0.9), 2),
      ("one_cycle_single_epoch", [0.003], 0.25, 25, 1e5, (0.95, 0.85, 0.95), 1),
    ]

  @Test("one cycle at every step, rates and momentum", arguments: oneCycles.map(\.0))
  func oneCycle(id: String) throws {
    let test = try #require(
      try Fixture.json("training/schedules.json", as: File.self).cases.first { $0.id == id })
    let (_, peaks, share, division, final, momenta, epochs) = try #require(
      Self.oneCycles.first { $0.0 == id })
    let steps = epochs * 10
    let exact = try #require(test.lr_exact)
    #expect(exact.count == steps)
    for step in 0..<steps {
      let p = Double(step) / Double(steps)
      let rates = peaks.map {
        Schedule.combinedCos(startFraction: share, $0 / division, $0, $0 / final)(p)
      }
      expectClose(rates, exact[step], relative: 1e-9, "\(id) step \(step)")
      if let momentum = test.mom_exact {
        expectClose(
          [Schedule.combinedCos(startFraction: share, momenta.0, momenta.1, momenta.2)(p)],
          [momentum[step]],
          relative: 1e-9)
      }
    }
  }

  @Test("slices of learning rates over groups")
  func slices() {
    expectClose(LearningRates.last(2e-3).values(groups: 3), [2e-4, 2e-4, 2e-3], relative: 1e-12)
    expectClose(
      LearningRates.range(1e-5, 1e-3).values(groups: 3), [1e-5, 1e-4, 1e-3], relative: 1e-12)
    expectClose(LearningRates.range(1e-5, 1e-3).values(groups: 1), [1e-3], relative: 1e-12)
  }
}
