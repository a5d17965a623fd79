import Imaging
import Interpret
import Layers
import Tensors
import TestSupport
import Testing

/// ROAD, deletion, insertion and drop in confidence of six Grad-CAMs against grad-cam 1.5.7 and NumPy.
///
/// The numbers are in `Fixtures/cam/measures.json`. Tolerance: 1e-5; scores are probabilities.
@Suite("Measures of maps against the model")
struct ModelMeasureFixtureTests {
  struct File: Decodable {
    struct Curve: Decodable {
      let scores: [Double]
      let auc: Double
    }
    struct Case: Decodable {
      let model: String
      let input: Int
      let classIndex: Int
      let map: String
      let kept: [String: [Int]]
      let scores: [String: [Double?]]
      let combined: Double
      let drop_in_confidence: Double
      let increase_in_confidence: Double
      let deletion: Curve
      let insertion: Curve
      let insertion_blurred: Curve
    }
    let per_step: Int
    let kernel: Int
    let sigma: Double
    let cases: [Case]
  }

  private let cases: CAMCases
  private let file: File

  init() throws {
    cases = try CAMCases()
    file = try Fixture.json("cam/measures.json", as: File.self)
  }

  private func each(
    _ body: (File.Case, Explainer, Tensor, ScalarImage) throws -> Void
  ) throws {
    var count = 0
    for one in file.cases {
      let model = try #require(cases.fixture.models.first { $0.name == one.model })
      let network = cases.network(model)
      let input = try cases.input(model, one.input)
      let map = try cases.expected(one.map)
      let explainer = Explainer(
        model: network, vocab: (0..<model.spec.classes).map { "class \($0)" }, GradCAM(),
        layers: [TappedLayer("last", network.last)], options: .reference)
      try body(
        one, explainer, input,
        ScalarImage(width: map.shape[1], height: map.shape[0], values: map.floats))
      count += 1
    }
    #expect(count == 6)
  }

  @Test("ROAD in the reference mode: pixels, imputed images, scores and the combined measure")
  func road() throws {
    let percentages = [10, 20, 30, 40, 50, 60, 70, 80, 90]
    let road = ROAD(
      shares: percentages.map { 1 - Double($0) / 100 }, noise: 0, mode: .reference)
    var images = 0
    try each { one, explainer, input, map in
      let order = PixelOrder.falling(map.values)
      for (kind, isLowest) in [("morf", false), ("lerf", true)] {
        let masks = road.shares.map {
          road.removed(map, order, share: $0, lowest: isLowest)
        }
        #expect(masks.map { $0.count { !$0 } } == one.kept[kind])
        for percentage in [20, 80] {
          let key = "\(one.model)/\(one.input)/road.\(kind).\(percentage)"
          guard let expected = cases.maps[key] else {
            // grad-cam removes all pixels: too many of the map are zero.
            #expect(one.kept[kind]?[1] == 0 && percentage == 20)
            continue
          }
          var values = input.floatScalars
          let mask = masks[percentage / 10 - 1]
          values.withUnsafeMutableBufferPointer {
            road.impute($0, mask, map, seed: 1, number: 0)
          }
          expectClose(values, expected.floats, absolute: 2e-6, key)
          images += 1
        }
      }
      let scores = road.scores(map, order: order, input: input, explainer, of: one.classIndex)
      for (kind, found) in [("morf", scores.morf), ("lerf", scores.lerf)] {
        let expected = try #require(one.scores[kind])
        #expect(found.map { $0 == nil } == expected.map { $0 == nil })
        expectClose(
          found.compactMap(\.self), expected.compactMap(\.self), absolute: 1e-5, one.map)
      }
      // grad-cam takes the mean of each list over the shares that it has.
      func mean(_ values: [Double?]) -> Double {
        let known = values.compactMap(\.self)
        return known.reduce(0, +) / Double(known.count)
      }
      expectClose(
        [(mean(scores.lerf) - mean(scores.morf)) / 2], [one.combined], absolute: 1e-5, one.map)
      if !scores.morf.contains(where: { $0 == nil }) {
        expectClose([try #require(scores.combined)], [one.combined], absolute: 1e-5)
      }
    }
    #expect(images == 23)
  }

  @Test("ROAD in the corrected mode removes the share that is asked for, also of a map of zeros")
  func sharesOfPixels() throws {
    let road = ROAD(shares: [0.25, 0.5], noise: 0)
    // 12 of 16 values are 0; grad-cam's 75th percentile is 0 and removes everything.
    let map = ScalarImage(
      width: 4, height: 4, values: [0, 0, 5, 0, 0, 1, 0, 3, 0, 0, 0, 0, 2, 0, 0, 0])
    let order = PixelOrder.falling(map.values)
    let highest = road.removed(map, order, share: 0.25, lowest: false)
    #expect(highest.indices.filter { highest[$0] } == [2, 5, 7, 12])
    let half = road.removed(map, order, share: 0.5, lowest: false)
    #expect(half.indices.filter { half[$0] } == [0, 1, 2, 3, 4, 5, 7, 12])
    let lowest = road.removed(map, order, share: 0.25, lowest: true)
    #expect(lowest.indices.filter { lowest[$0] } == [11, 13, 14, 15])
    let reference = ROAD(shares: [0.25], mode: .reference)
    #expect(reference.removed(map, order, share: 0.5, lowest: false).allSatisfy { $0 })
  }

  @Test("imputation of a large image is exact, keeps planes, and adds the noise that is asked for")
  func imputation() throws {
    let (height, width) = (96, 80)
    // The solution of the system on a plane x + 2y is the plane itself, away from the border.
    var plane = (0..<(height * width)).map { Float($0 % width) + 2 * Float($0 / width) }
    let removed = (0..<(height * width)).map {
      (20..<70).contains($0 % width) && (20..<80).contains($0 / width)
    }
    let imputer = NoisyLinearImputer(height: height, width: width, removed: removed)
    let holed = zip(plane, removed).map { $1 ? Float(1e4) : $0 }
    expectClose(imputer.filled(holed, tolerance: 1e-9), plane, absolute: 1e-3)
    // The default tolerance: a thousandth of the range of 268.
    expectClose(imputer.filled(holed), plane, absolute: 0.3)
    let map = ScalarImage(width: width, height: height, values: plane)
    let road = ROAD(noise: 0.01)
    plane.withUnsafeMutableBufferPointer { road.impute($0, removed, map, seed: 3, number: 0) }
    let noise = zip(plane, imputer.filled(holed)).map { Double($0 - $1) }
    let squares = zip(noise, removed).filter(\.1).reduce(0) { $0 + $1.0 * $1.0 }
    let deviation = (squares / 3000).squareRoot()
    #expect(abs(deviation - 0.01) < 0.001)
    #expect(zip(noise, removed).allSatisfy { $1 || abs($0) < 1e-5 })
  }

  @Test("deletion, insertion from zeros and insertion from the blurred image")
  func curves() throws {
    try each { one, explainer, input, map in
      let order = PixelOrder.falling(map.values)
      let blurred = PerturbationCurve.blurred(
        input, window: file.kernel, deviation: file.sigma)
      expectClose(
        blurred.floatScalars,
        try cases.expected("\(one.model)/\(one.input)/blurred").floats, absolute: 2e-6)
      let blank = Tensor.zeros(input.shape)
      for (start, end, expected) in [
        (input, blank, one.deletion), (blank, input, one.insertion),
        (blurred, input, one.insertion_blurred),
      ] {
        let curve = PerturbationCurve(
          explainer, of: one.classIndex, from: start, to: end, order: order,
          pixelsPerStep: file.per_step)
        expectClose(curve.scores, expected.scores, absolute: 1e-5, one.map)
        // The fixture's steps are equal; a last step that is smaller counts less here.
        if order.count % file.per_step == 0 {
          expectClose([curve.area], [expected.auc], absolute: 1e-5, one.map)
        }
        let known = PerturbationCurve(
          explainer, of: one.classIndex, from: start, to: end, order: order,
          pixelsPerStep: file.per_step,
          ends: (curve.scores[0], curve.scores[curve.scores.count - 1]))
        #expect(known.shares == curve.shares && known.shares.first == 0)
        expectClose(known.scores, curve.scores, absolute: 1e-6)
      }
    }
  }

  @Test("drop in confidence, and the measures of one image together")
  func drop() throws {
    try each { one, explainer, input, map in
      let image = prepared(input)
      let masked = ModelMeasures.masked(explainer, of: one.classIndex, input, map)
      let score = explainer.probabilities(of: one.classIndex, input)[0]
      expectClose(
        [max(0, score - masked)], [one.drop_in_confidence], absolute: 1e-5, one.map)
      let found = ModelMeasures(explainer, of: one.classIndex, image).score(map)
      // Chattopadhay's drop is relative, grad-cam's is not.
      expectClose([found.averageDrop * score], [one.drop_in_confidence], absolute: 1e-5)
      #expect(found.isIncreased == (one.increase_in_confidence == 1))
      let steps = (map.values.count + 9) / 10
      let deletion = PerturbationCurve(
        explainer, of: one.classIndex, from: input, to: Tensor.zeros(input.shape),
        order: PixelOrder.falling(map.values), pixelsPerStep: steps)
      expectClose([found.deletion], [deletion.area], absolute: 1e-6)
    }
  }

  @Test("one output for two classes: the probability of either class")
  func oneOutput() throws {
    let network = Sequential(Conv2D(1, 1, kernelSize: 1), GlobalMean())
    let explainer = Explainer(
      model: network, vocab: ["no", "yes"], Saliency(), layers: [])
    let input = Tensor([Float](repeating: 0.7, count: 64), shape: [1, 1, 8, 8])
    let (no, yes) = (
      explainer.probabilities(of: 0, input)[0], explainer.probabilities(of: 1, input)[0]
    )
    expectClose([yes], [Double(network(input).sigmoid().item)], absolute: 1e-6)
    expectClose([no + yes], [1], absolute: 1e-6)
  }

  private final class GlobalMean: Module {
    override func forward(_ input: Tensor) -> Tensor { input.mean(axes: [2, 3]) }
  }
}
