import DataBlocks
import Imaging
import Interpret
import Layers
import Tensors
import TestSupport
import Testing
import Training

@Suite("Evaluation of maps")
struct MapEvaluationTests {
  private let size = ImageSize(height: 40, width: 40)

  /// A filled rectangle.
  private func mask(_ x: Range<Int>, _ y: Range<Int>) -> PixelMask {
    PixelMask(
      width: size.width, height: size.height,
      values: (0..<(size.width * size.height)).map {
        x.contains($0 % size.width) && y.contains($0 / size.width)
      })
  }

  private func map(_ mask: PixelMask) -> ScalarImage {
    ScalarImage(
      width: size.width, height: size.height, values: mask.values.map { $0 ? 1 : 0 })
  }

  private var masks: [PixelMask] {
    (0..<12).map { number in
      let (x, y) = (number * 5 % 30, number * 7 % 30)
      return mask(x..<(x + 2 + number % 5), y..<(y + 3 + number % 4))
    }
  }

  @Test("a map that equals the mask scores 1, random maps about the share of the mask")
  func extremes() throws {
    var evaluation = MapEvaluation(
      [.init("mask"), .init("random", isBaseline: true), .init("inverted"), .init("blank")],
      margin: 2)
    var meanShare = 0.0
    for (number, mask) in masks.enumerated() {
      let own = map(mask)
      let share = Double(mask.area) / 1600
      meanShare += share / 12
      let inverted = ScalarImage(width: 40, height: 40, values: own.values.map { 1 - $0 })
      let blank = ScalarImage(width: 40, height: 40, values: own.values.map { -$0 })
      evaluation.add(
        file: "\(number)", patient: nil, regionShare: share,
        scores: [
          own, BaselineMap.random(size, seed: UInt64(number)), inverted, blank,
        ].map { MaskScore($0, mask).map { MapEvaluation.Score($0) } })
    }
    let tables = evaluation.summary(resamples: 500)
    let row = tables.rows[0]
    for estimate in [
      row.hit, row.hitNear, row.averagePrecision, row.energyInside, row.intersectionOverUnion,
      row.boxIntersectionOverUnion, row.maxBoxAcc, row.maxBoxAccV2,
    ] {
      expectClose(
        [estimate.value ?? 0, estimate.low ?? 0, estimate.high ?? 0], [1, 1, 1],
        absolute: 1e-12)
      #expect(estimate.images == 12)
    }
    #expect(row.deletion == nil && row.blank == 0 && !row.isThresholdGiven)
    let comparison = try #require(row.comparison)
    #expect(comparison.baseline == "random" && comparison.isAbove)
    let random = tables.rows[1]
    let precision = try #require(random.averagePrecision.value)
    #expect(precision < 4 * meanShare && random.comparison == nil)
    #expect(tables.rows[2].comparison?.isAbove == false)
    #expect((tables.rows[2].comparison?.difference.value ?? 1) < 0)
    let blank = tables.rows[3]
    #expect(blank.blank == 12 && blank.hit.value == 0 && blank.maxBoxAcc.value == 0)
    #expect(blank.intersectionOverUnion.value == 0 && blank.energyInside.value == 0)
    expectClose([blank.averagePrecision.value ?? 0], [meanShare], absolute: 1e-12)

    #expect(tables.bySize.map(\.name) == ["small", "medium", "large"])
    #expect(tables.bySize.map(\.images) == [4, 4, 4])
    #expect(tables.bySize[0].largestShare <= tables.bySize[1].smallestShare)
    #expect(tables.bySize[1].rows.map(\.name) == ["mask", "random", "inverted", "blank"])
    #expect(tables.bySize[2].rows[0].averagePrecision.value == 1)
  }

  @Test("random maps over many images: average precision near the share of the mask")
  func randomShare() throws {
    let mask = mask(8..<24, 10..<30)
    let scores = try (0..<300).map {
      try #require(
        MapMeasures.averagePrecision(BaselineMap.random(size, seed: UInt64($0)), mask))
    }
    // The share is 0.2; regions of some cells have more than single pixels.
    let mean = scores.reduce(0, +) / 300
    #expect((0.19...0.28).contains(mean), "\(mean)")
    #expect(BaselineMap.random(size, seed: 5) == BaselineMap.random(size, seed: 5))
    #expect(BaselineMap.random(size, seed: 5) != BaselineMap.random(size, seed: 6))
  }

  @Test("a peak outside of the mask is near within the margin, at any size of the input")
  func margins() throws {
    let mask = mask(10..<14, 10..<14)
    var values = [Float](repeating: 0, count: 1600)
    values[12 * 40 + 16] = 1
    let peak = ScalarImage(width: 40, height: 40, values: values)
    let score = try #require(MaskScore(peak, mask))
    #expect(score.peakDistance == 3)
    #expect(!score.isHit() && !score.isHit(margin: 2.9) && score.isHit(margin: 3))
    #expect(MaskScore.margin(width: 224, height: 224) == 15)
    #expect(MaskScore.margin(width: 448, height: 112) == 15)
    #expect(MaskScore.margin(width: 112, height: 112) == 7.5)
    let empty = PixelMask(width: 40, height: 40, values: [Bool](repeating: false, count: 1600))
    #expect(MaskScore(peak, empty) == nil)
    let broken = ScalarImage(width: 40, height: 40, values: values.map { $0 == 1 ? .nan : 1 })
    #expect(MaskScore(broken, mask)?.isBlank == true)
  }

  @Test("a given threshold is used for maps, the best one for baselines")
  func thresholds() throws {
    var evaluation = MapEvaluation(
      [.init("map"), .init("base", isBaseline: true)], margin: 1)
    let mask = mask(10..<20, 10..<20)
    // 1 in the mask's left half, 0.6 in its right half, 0.4 in a strip beside it.
    let values = (0..<1600).map { place -> Float in
      let (x, y) = (place % 40, place / 40)
      guard (10..<20).contains(y) else { return 0 }
      return (10..<15).contains(x)
        ? 1 : (15..<20).contains(x) ? 0.6 : (20..<30).contains(x) ? 0.4 : 0
    }
    let map = ScalarImage(width: 40, height: 40, values: values)
    let score = try #require(MaskScore(map, mask)).self
    for number in 0..<3 {
      evaluation.add(
        file: "\(number)", patient: "p\(number)", regionShare: 1 / 16,
        scores: [.init(score), .init(score)])
    }
    let given = evaluation.summary(threshold: 0.8).rows
    #expect(given[0].intersectionOverUnion.value == 0.5 && given[0].isThresholdGiven)
    #expect(given[1].intersectionOverUnion.value == 1 && !given[1].isThresholdGiven)
    expectClose([given[0].threshold, given[1].threshold], [0.8, 0.41], absolute: 1e-6)
    #expect(evaluation.summary().rows[0].intersectionOverUnion.value == 1)
    #expect(evaluation.summary().bySize.isEmpty)
    // Equal to the baseline: not above it.
    #expect(evaluation.summary().rows[0].comparison?.isAbove == false)
  }

  @Test("intervals of MaxBoxAcc draw images with their thresholds")
  func boxes() throws {
    var evaluation = MapEvaluation([.init("map")], margin: 1)
    for (number, mask) in masks.enumerated() {
      // Half of the maps are somewhere else.
      let shown = number % 2 == 0 ? mask : masks[(number + 1) % 12]
      evaluation.add(
        file: "\(number)", patient: nil, regionShare: 0.1,
        scores: [MaskScore(map(shown), mask).map { .init($0) }])
    }
    let row = evaluation.summary(resamples: 500).rows[0]
    #expect(row.maxBoxAcc.value == 0.5)
    let (low, high) = (try #require(row.maxBoxAcc.low), try #require(row.maxBoxAcc.high))
    // A binomial share of 12 at 0.5 has an interval of about 0.25 to 0.75.
    #expect((0.15...0.35).contains(low) && (0.65...0.85).contains(high), "\(low) \(high)")
  }

  @Test("the mean mask leaves an image out of its own")
  func meanMask() throws {
    var mean = MeanMask(size)
    #expect(mean.map() == nil)
    let (a, b) = (mask(0..<20, 0..<40), mask(10..<30, 0..<40))
    mean.add(a)
    #expect(mean.map(without: a) == nil)
    mean.add(b)
    let both = try #require(mean.map()).values
    #expect([both[0], both[15], both[25], both[35]] == [0.5, 1, 0.5, 0])
    #expect(try #require(mean.map(without: a)) == map(b))
    #expect(mean.count == 2)
  }

  @Test("the centered Gaussian has its peak in the middle of the input, whatever its shape")
  func centered() {
    let map = BaselineMap.centered(ImageSize(height: 31, width: 61))
    let (x, y) = MapMeasures.peak(map)
    #expect(x == 30 && y == 15)
    #expect(abs(map.values[15 * 61 + 30] - 1) < 1e-6)
    #expect(map.values[15 * 61] < 0.2 && map.values[0] == map.values[30 * 61 + 60])
  }

  @Test("candidates: methods, layers and fusions with the maps that an explainer of each gives")
  func candidates() throws {
    let network = Sequential(
      Sequential(Conv2D(1, 4, kernelSize: 3, padding: 1), ReLU()),
      Sequential(Conv2D(4, 6, kernelSize: 3, stride: 2, padding: 1), ReLU()),
      Sequential(Conv2D(6, 5, kernelSize: 3, stride: 2, padding: 1), ReLU()), Head())
    network.initialize(seed: 3)
    network.eval()
    let layers = (0..<3).map { TappedLayer("\($0)", network["\($0)"] ?? network) }
    let predictor = Predictor(
      model: network, vocab: ["a", "b"],
      pipeline: Pipeline([Resize(24), Normalize(mean: [0.5], standardDeviation: [0.2])]))
    let candidates = MapCandidates(predictor, layers: layers)
    #expect(candidates.all.count == 3 * (3 + 4))
    #expect(candidates.all[0] == .init(method: "layer-cam", layers: ["2"], fusion: .mean))
    #expect(
      candidates.all[3...4].map(\.layers) == [["1", "2"], ["1", "2"]]
        && candidates.all[4].fusion == .product)
    #expect(candidates.all[20].layers == ["0", "1", "2"])
    var random = RandomSource(seed: 2)
    let image = prepared(
      Tensor((0..<576).map { _ in Float(random.normal()) }, shape: [1, 1, 24, 24]))
    let maps = try candidates.maps(of: image, classIndex: 1)
    #expect(maps.count == 21)
    for (candidate, map) in zip(candidates.all, maps) {
      let method = try MapMethods.named(candidate.method)
      let explainer = Explainer(
        predictor, method,
        layers: layers.filter { candidate.layers.contains($0.path) },
        options: MapOptions(fusion: candidate.fusion))
      let own = try explainer(image, classes: [1]).maps[0].onInput(24, 24)
      expectClose(map.values, own.values, absolute: 1e-6, "\(candidate)")
    }
  }

  private final class Head: Module {
    let fc = Linear(5, 2)
    override func forward(_ input: Tensor) -> Tensor { fc(input.mean(axes: [2, 3])) }
  }
}
