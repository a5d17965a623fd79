import Imaging
import Interpret
import TestSupport
import Testing

/// Numbers by NumPy 2.4, SciPy's `spearmanr`, scikit-learn 1.9's `average_precision_score` and scikit-image 0.26's
/// `structural_similarity`.
@Suite("Statistics of measures")
struct MeasureNumberTests {
  private let height = 14
  private let width = 17

  /// `(i · k) mod 23`.
  private func pattern(_ k: Int) -> [Float] {
    (0..<(height * width)).map { Float($0 * k % 23) }
  }

  private var a: ScalarImage {
    image(pattern(7).enumerated().map { $1 + Float($0 % 5) })
  }
  private var b: ScalarImage {
    image(pattern(11).enumerated().map { $1 - Float($0 / 40) })
  }

  private func image(_ values: [Float]) -> ScalarImage {
    ScalarImage(width: width, height: height, values: values)
  }

  @Test("correlations with ties, and structural similarity")
  func similarity() throws {
    expectClose(
      [
        try #require(MapSimilarity.pearson(a, b)), try #require(MapSimilarity.spearman(a, b)),
        try #require(MapSimilarity.ssim(a, b)),
      ], [0.06064958576199137, 0.05171264694801869, 0.03182704166581036], absolute: 1e-6)
    let mixed = image(zip(a.values, b.values).map { 0.7 * $0 + 0.3 * $1 })
    expectClose(
      [try #require(MapSimilarity.ssim(a, mixed))], [0.9056969997590089], absolute: 1e-6)
    #expect(MapSimilarity.ssim(a, a) == 1)
    expectClose([try #require(MapSimilarity.spearman(a, a))], [1], absolute: 1e-12)
    let negated = image(a.values.map { -$0 })
    expectClose([try #require(MapSimilarity.spearman(a, negated))], [-1], absolute: 1e-12)
    let flat = image([Float](repeating: 2, count: height * width))
    #expect(MapSimilarity.pearson(a, flat) == nil && MapSimilarity.spearman(flat, b) == nil)
    let small = ScalarImage(width: 10, height: 20, values: [Float](repeating: 1, count: 200))
    #expect(MapSimilarity.ssim(small, small) == nil)
  }

  @Test("average precision with many ties, and NaN last")
  func averagePrecision() throws {
    let mask = PixelMask(
      width: width, height: height,
      values: (0..<(height * width)).map { $0 % 7 == 3 || $0 / 60 == 1 })
    #expect(mask.area == 86)
    expectClose(
      [
        try #require(MapMeasures.averagePrecision(a, mask)),
        try #require(MapMeasures.averagePrecision(b, mask)),
      ], [0.3681135320122541, 0.377466359503611], absolute: 1e-12)
    let values: [Float] = [.nan, -1, 3, -.infinity, 0, -0.0, .infinity, 3]
    #expect(PixelOrder.falling(values) == [6, 2, 7, 4, 5, 1, 3, 0])
  }

  @Test("the order of the pixels is that of a stable sort")
  func order() {
    let values = (0..<5000).map { Float(($0 &* 2_654_435_761) % 997) / 7 - 50 }
    let expected = values.indices.sorted { (values[$1], $0) < (values[$0], $1) }
    #expect(PixelOrder.falling(values) == expected)
  }

  @Test("percentile intervals by patient, against NumPy on the same draws")
  func bootstrap() throws {
    func check(
      _ patients: [String?], _ values: [Double?], _ expected: [Double], images: Int = 6,
      sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
      let found = ClusterBootstrap(patients).mean(values)
      expectClose(
        [found.value ?? .nan, found.low ?? .nan, found.high ?? .nan], expected,
        absolute: 1e-12, sourceLocation: sourceLocation)
      #expect(found.images == images, sourceLocation: sourceLocation)
    }
    let values: [Double?] = [0.1, 0.4, 0.35, 0.8, 0.2, 0.9]
    let none = [String?](repeating: nil, count: 6)
    try check(none, values, [0.4583333333333333, 0.2333333333333334, 0.7])
    let patients = ["p", "p", "q", "q", nil, "r"]
    try check(patients, values, [0.4583333333333333, 0.2333333333333333, 0.725])
    var missing = values
    missing[1] = nil
    try check(patients, missing, [0.47, 0.15, 0.725], images: 5)

    let one = ClusterBootstrap([String?](repeating: "p", count: 6)).mean(values)
    #expect(one.value != nil && one.low == nil && one.high == nil)
    #expect(ClusterBootstrap(none).mean([Double?](repeating: nil, count: 6)) == .none)
    // Weights are the draws: the weighted mean has the same interval.
    let weighted = ClusterBootstrap(patients).interval { weights in
      zip(weights, values).reduce(0) { $0 + $1.0 * ($1.1 ?? 0) } / weights.reduce(0, +)
    }
    expectClose(
      [weighted?.lowerBound ?? .nan, weighted?.upperBound ?? .nan],
      [0.2333333333333333, 0.725], absolute: 1e-12)
    // Paired: a constant difference has no width, however much the images differ.
    let difference = ClusterBootstrap(none).difference(values, values.map { $0.map { $0 - 0.25 } })
    expectClose(
      [difference.value ?? .nan, difference.low ?? .nan, difference.high ?? .nan],
      [0.25, 0.25, 0.25], absolute: 1e-12)
  }

  @Test("overlaps at 99 shares are those of single thresholds; boxes those of single searches")
  func curves() throws {
    let mask = PixelMask(
      width: width, height: height,
      values: (0..<(height * width)).map { (3...9).contains($0 % width) && $0 / width > 6 })
    for map in [a, b] {
      let highest = try #require(map.values.max())
      let curve = ThresholdCurve.overlaps(map, mask)
      for (share, overlap) in zip(ThresholdCurve.shares, curve) {
        let shares = image(map.values.map { $0 > 0 ? $0 / highest : 0 })
        #expect(MapMeasures.overlap(shares, mask, threshold: share).iou == overlap)
      }
      let unit = map.unit
      let boxes = LargestComponents.boxes(unit, thresholds: BoxAccuracy.thresholds)
      for (threshold, box) in zip(BoxAccuracy.thresholds, boxes) {
        let all = ConnectedComponent.find(unit, threshold: threshold)
        let largest = try #require(all.map(\.area).max())
        #expect(box == all.first { $0.area == largest }?.box, "\(threshold)")
      }
    }
    let flat = image([Float](repeating: 0, count: height * width))
    #expect(ThresholdCurve.overlaps(flat, mask).allSatisfy { $0 == 0 })
    #expect(ThresholdCurve.best([]) == nil)
    let best = try #require(ThresholdCurve.best([curve(at: 4), curve(at: 30), curve(at: 30)]))
    #expect(best.place == 30 && abs(best.mean - 2.0 / 3) < 1e-12)
  }

  private func curve(at place: Int) -> [Double] {
    ThresholdCurve.shares.indices.map { $0 == place ? 1 : 0 }
  }
}
