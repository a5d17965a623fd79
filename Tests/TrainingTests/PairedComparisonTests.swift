import Tensors
import TestSupport
import Testing
import Training

@Suite("Two sets of predictions of the same items")
struct PairedComparisonTests {
  private let positives = [
    false, false, false, false, false, false, true, true, true, true, true,
  ]
  private let first = [0.1, 0.3, 0.2, 0.55, 0.4, 0.35, 0.8, 0.6, 0.35, 0.9, 0.5]
  private let second = [0.2, 0.25, 0.6, 0.5, 0.3, 0.7, 0.75, 0.55, 0.5, 0.95, 0.3]

  private func predictions(_ scores: [Double], _ targets: [Int]) -> Predictions {
    let rows = scores.map { [Float(1 - $0), Float($0)] }
    return Predictions(outputs: rows, probabilities: rows, targets: targets)
  }

  // numpy 2.4: the kernel of all pairs, np.cov of V10 and V01 of both curves, L S Lᵀ with L = (-1, 1).
  @Test("DeLong's test of two correlated areas")
  func deLong() throws {
    let found = try #require(PairedDeLong(first, second, positives: positives))
    expectClose(
      [
        found.first, found.second, found.variance ?? .nan, found.z ?? .nan, found.pValue ?? .nan,
        found.interval?.low ?? .nan, found.interval?.high ?? .nan,
      ],
      [
        0.8833333333333333, 0.7333333333333333, 0.02511111111111112, -0.9465821143012604,
        0.34385176142116836, -0.4605854138159229, 0.16058541381592284,
      ], absolute: 1e-12)
    #expect(found.estimate.value == found.difference)
    // The variance of the difference is var(A) + var(B) - 2 cov: smaller than of independent areas.
    let (a, b) = (
      DeLong(scores: first, positives: positives), DeLong(scores: second, positives: positives)
    )
    #expect((found.variance ?? 1) < (a?.variance ?? 0) + (b?.variance ?? 0))
    let same = try #require(PairedDeLong(first, first, positives: positives))
    #expect(same.difference == 0 && same.variance == 0 && same.pValue == 1 && same.z == nil)
    #expect(PairedDeLong([0.1, 0.2], [0.3, 0.1], positives: [true, true]) == nil)
    let tiny = try #require(PairedDeLong([0.1, 0.2], [0.3, 0.1], positives: [true, false]))
    #expect(tiny.difference == 1 && tiny.variance == nil && tiny.pValue == nil)
  }

  // scipy 1.17: binomtest(k, n, 0.5).pvalue.
  @Test(
    "McNemar's exact test",
    arguments: [(3, 10, 0.09228515625), (0, 5, 0.0625), (4, 4, 1.0), (0, 0, 1.0)])
  func mcNemar(_ a: Int, _ b: Int, _ p: Double) {
    let right = [Bool](repeating: true, count: 7)
    func list(_ first: Bool, _ count: Int) -> [Bool] { [Bool](repeating: first, count: count) }
    let found = McNemar(
      first: list(true, a) + list(false, b) + right, second: list(false, a) + list(true, b) + right)
    #expect(found.onlyFirst == a && found.onlySecond == b && found.items == a + b + 7)
    #expect(abs(found.pValue - p) < 1e-12)
    #expect(found.difference == Double(b - a) / Double(a + b + 7))
  }

  @Test("any metric by a paired bootstrap of patients, which agrees with DeLong for the area")
  func bootstrap() throws {
    var random = RandomSource(seed: 5)
    let targets = (0..<200).map { _ in Int(random.next() % 2) }
    let signal = targets.map { Double($0) * 0.3 + random.uniform(0, 0.5) }
    let a = signal.map { $0 + random.uniform(0, 0.2) }
    let b = signal.map { $0 + random.uniform(0, 0.4) }
    let comparison = PairedComparison(
      predictions(a.map { $0 / 1.5 }, targets), predictions(b.map { $0 / 1.5 }, targets))
    let paired = comparison.difference(.rocAuc, bootstrap: Bootstrap(resamples: 400))
    let deLong = try #require(comparison.deLong())
    #expect(abs((paired.value ?? 9) - deLong.difference) < 1e-12)
    let (width, wanted) = (
      (paired.interval?.high ?? 9) - (paired.interval?.low ?? 0),
      (deLong.interval?.high ?? 0) - (deLong.interval?.low ?? 9)
    )
    #expect(abs(width / wanted - 1) < 0.2)
    // Every patient has two identical images: the interval must not be narrower than that of one each.
    let twice = (targets + targets, a + a, b + b)
    let patients = (0..<400).map { "p\($0 % 200)" as String? }
    let clustered = PairedComparison(
      predictions(twice.1.map { $0 / 1.5 }, twice.0),
      predictions(twice.2.map { $0 / 1.5 }, twice.0),
      patients: patients)
    #expect(clustered.deLong() == nil)
    let wide = clustered.difference(.rocAuc, bootstrap: Bootstrap(resamples: 400))
    let width2 = (wide.interval?.high ?? 9) - (wide.interval?.low ?? 0)
    #expect(abs(width2 / width - 1) < 0.05)
    let same = PairedComparison(comparison.first, comparison.first).difference(
      .accuracy, bootstrap: Bootstrap(resamples: 20))
    #expect(same.value == 0 && same.interval == ConfidenceInterval(low: 0, high: 0))
  }

  @Test("predictions of other items trap; NaN has no difference")
  func refusals() async {
    await #expect(processExitsWith: .failure) {
      let rows: [[Float]] = [[0.5, 0.5], [0.5, 0.5]]
      _ = PairedComparison(
        Predictions(outputs: rows, probabilities: rows, targets: [0, 1]),
        Predictions(outputs: rows, probabilities: rows, targets: [1, 0]))
    }
    let broken = predictions([.nan, 0.5], [0, 1])
    let comparison = PairedComparison(broken, predictions([0.1, 0.5], [0, 1]))
    #expect(comparison.deLong() == nil)
    #expect(comparison.difference(.rocAuc, bootstrap: Bootstrap(resamples: 5)) == .undefined)
  }
}
