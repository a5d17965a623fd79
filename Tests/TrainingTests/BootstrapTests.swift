import Tensors
import TestSupport
import Testing
import Training

@Suite("Intervals, subgroups and text of reports")
struct BootstrapTests {
  @Test("a rounded interval holds its value")
  func rounding() {
    func text(_ value: Double, _ low: Double, _ high: Double) -> String {
      Estimate(value, ConfidenceInterval(low: low, high: high)).text
    }
    #expect(text(0.975, 0.872, 0.996) == "0.975 (0.87–1.00)")
    #expect(text(0.9988, 0.9951, 1) == "0.999 (0.995–1.000)")
    #expect(text(0.0012, 0, 0.0044) == "0.001 (0.000–0.004)")
    #expect(text(1, 0.9, 1) == "1.000 (0.90–1.00)" && text(0.5, 0.5, 0.5) == "0.500 (0.50–0.50)")
  }

  @Test("the items of a cluster are drawn together, and the seed decides")
  func clusters() {
    let clusters = Bootstrap.clusters(by: ["p", "q", "p", nil, nil, "q"])
    #expect(clusters == [0, 1, 0, 2, 3, 1])
    var totals: Set<Int> = []
    let bootstrap = Bootstrap(resamples: 50, seed: 3)
    let intervals = bootstrap.intervals(clusters: clusters) { weights in
      #expect(weights[0] == weights[2] && weights[1] == weights[5])
      #expect(weights[0] + weights[1] + weights[3] + weights[4] == 4)
      totals.insert(weights.reduce(0, +))
      return [Double(weights[0]), nil, 7]
    }
    #expect(totals.count > 1)
    #expect(intervals[0] != nil)
    // Never defined, and without a width.
    #expect(intervals[1] == nil && intervals[2] == nil)
    let again = bootstrap.intervals(clusters: clusters) { [Double($0[0])] }
    #expect(again[0] == intervals[0])
  }

  @Test("the interval of a mean is near the normal one; patients with copies have a wider one")
  func width() throws {
    var random = RandomSource(seed: 5)
    let values = (0..<400).map { _ in random.normal() }
    func interval(_ clusters: [Int]) throws -> Double {
      let found = Bootstrap().intervals(clusters: clusters) { weights in
        let total = Double(weights.reduce(0, +))
        return [zip(weights, values).reduce(0) { $0 + Double($1.0) * $1.1 } / total]
      }
      let interval = try #require(found[0])
      return interval.high - interval.low
    }
    let free = try interval(Array(0..<400))
    // 2 · 1.96 / √400 = 0.196, within the noise of the deviation (4 %) and of percentiles.
    #expect(abs(free - 0.196) < 0.03, "\(free)")
    let sorted = values.indices.sorted { values[$0] < values[$1] }
    var clusters = [Int](repeating: 0, count: 400)
    // Neighbors in size are one patient: ten alike images each.
    for (place, item) in sorted.enumerated() { clusters[item] = place / 10 }
    #expect(try interval(clusters) > 2.5 * free)
  }

  @Test("a report by patients has wider intervals than one by images")
  func patients() throws {
    var random = RandomSource(seed: 8)
    var targets: [Int] = []
    var probabilities: [[Double]] = []
    var patients: [String?] = []
    for patient in 0..<20 {
      let target = patient % 2
      let p = min(max(0.5 + (target == 1 ? 0.15 : -0.15) + 0.3 * random.normal(), 0.01), 0.99)
      for _ in 0..<6 {
        targets.append(target)
        probabilities.append([1 - p, p])
        patients.append("\(patient)")
      }
    }
    let predicted = probabilities.map { $0[1] > $0[0] ? 1 : 0 }
    func report(_ patients: [String?]) -> ClassificationReport {
      ClassificationReport(
        targets: targets, predicted: predicted, probabilities: probabilities, vocab: ["n", "p"],
        patients: patients)
    }
    let (byPatient, byImage) = (report(patients), report([]))
    func width(_ estimate: Estimate) throws -> Double {
      let interval = try #require(estimate.interval)
      return interval.high - interval.low
    }
    #expect(byPatient.patients == 20 && byImage.patients == nil)
    #expect(
      try width(byPatient.classes[1].f1) > 1.5 * width(byImage.classes[1].f1))
    #expect(try width(byPatient.classes[1].auc) > 1.5 * width(byImage.classes[1].auc))
    expectClose(
      [byPatient.classes[1].auc.value ?? .nan], [byImage.classes[1].auc.value ?? .nan],
      absolute: 1e-12)
    #expect(byPatient.method.contains("20 patients"))
  }

  @Test("a perfect order has an area of 1 and no interval")
  func perfect() throws {
    let delong = try #require(
      DeLong(scores: [0.1, 0.2, 0.8, 0.9], positives: [false, false, true, true]))
    #expect(delong.area == 1 && delong.variance == 0)
    #expect(delong.estimate == Estimate(1))
    let one = try #require(DeLong(scores: [0.1, 0.2, 0.8], positives: [false, false, true]))
    #expect(one.area == 1 && one.variance == nil && one.estimate.interval == nil)
    #expect(DeLong(scores: [0.1, 0.2], positives: [true, true]) == nil)
    #expect(Estimate(.nan) == .undefined && Estimate(1, nil).interval == nil)
  }

  @Test("groups are values, quartiles of numbers, or the most frequent values; blanks are missing")
  func groups() {
    let text = SubgroupTable.groups(["M", "F", nil, "F", " "])
    #expect(text.map(\.name) == ["F", "M", "(missing)"])
    #expect(text.map(\.members) == [[1, 3], [0], [2, 4]])
    let few = SubgroupTable.groups(["10", "9", "10", "2"])
    #expect(few.map(\.name) == ["2", "9", "10"])
    let ages = (1...20).map { "\($0)" } + [nil]
    let quarters = SubgroupTable.groups(ages)
    #expect(
      quarters.map(\.name) == ["up to 5", "> 5 to 10", "> 10 to 15", "over 15", "(missing)"])
    #expect(quarters.map(\.members.count) == [5, 5, 5, 5, 1])
    #expect(Set(quarters.flatMap(\.members)) == Set(0..<21))
    // Half of the values are equal: quartiles that would be empty are left out.
    let skewed = SubgroupTable.groups(
      [String?](repeating: "0", count: 12) + (1...12).map { "\($0)" })
    #expect(
      Set(skewed.flatMap(\.members)) == Set(0..<24) && skewed.allSatisfy { !$0.members.isEmpty })
    let many = SubgroupTable.groups((0..<50).map { "v\($0 % 30)" })
    #expect(many.count == 21 && many.last?.name == "(10 other values)")
    #expect(Set(many.flatMap(\.members)) == Set(0..<50))
    #expect(many.dropLast().allSatisfy { $0.members.count == 2 })
  }

  @Test("decisions and their rates")
  func operatingPoint() {
    let point = OperatingPoint(
      decisions: [true, true, false, false, true], positives: [true, false, true, false, true])
    #expect(
      [point.truePositives, point.falsePositives, point.trueNegatives, point.falseNegatives]
        == [2, 1, 1, 1])
    #expect(point.sensitivity.value == 2.0 / 3 && point.specificity.value == 0.5)
    #expect(
      point.positivePredictiveValue.value == 2.0 / 3
        && point.negativePredictiveValue.value == 0.5)
    let none = OperatingPoint(decisions: [false], positives: [true])
    #expect(none.specificity == .undefined && none.positivePredictiveValue == .undefined)
  }

  @Test("the confusion matrix: fractions of rows, pairs, text")
  func matrix() {
    let matrix = ConfusionMatrix(
      targets: [0, 0, 0, 1, 1, 1, 1], predictions: [0, 1, 1, 2, 2, 0, 1], classCount: 4)
    #expect(matrix.normalized[0] == [1.0 / 3, 2.0 / 3, 0, 0])
    #expect(matrix.normalized[3] == [nil, nil, nil, nil])
    let vocab = ["a", "b", "c", "d"]
    let pairs = matrix.mostConfused(vocab: vocab)
    #expect(pairs.map { "\($0.actual)\($0.predicted)\($0.count)" } == ["ab2", "bc2", "ba1"])
    #expect(matrix.mostConfused(minimum: 2, vocab: vocab).count == 2)
    let lines = matrix.text(vocab: vocab, normalize: true).split(separator: "\n")
    #expect(lines.count == 5 && lines[4].hasPrefix("d") && lines[4].hasSuffix("–"))
    let long = (0..<4).map { "a long name of class \($0)" }
    #expect(matrix.text(vocab: long).split(separator: "\n").allSatisfy { $0.count <= 80 })
  }

  @Test("one output for two classes is the logit of the second")
  func oneOutput() {
    let one = Predictions(
      outputs: [[2], [-1], [0.5]], probabilities: [[0.88], [0.27], [0.62]], targets: [1, 0, 0],
      losses: [0.1, 0.3, 1])
    let wide = one.columns(forClasses: 2)
    #expect(wide.decoded == [1, 0, 1] && wide.losses == one.losses)
    #expect(wide.probabilities[0] == [1 - 0.88, 0.88])
    let evaluation = Evaluation(one, vocab: ["n", "p"])
    #expect(evaluation.accuracy == 2.0 / 3 && evaluation.auc == 1)
    #expect(one.columns(forClasses: 1).classCount == 1)
  }
}
