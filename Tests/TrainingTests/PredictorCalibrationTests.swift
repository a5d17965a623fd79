import Foundation
import Tensors
import TestSupport
import Testing
import Training

@Suite("Temperature and decision threshold")
struct PredictorCalibrationTests {
  private let logits: [[Float]] = [
    [2, 1, 0.1], [0.5, 2.5, 0.3], [1, -1, 3], [0.2, 0.1, 0], [-1, 4, 1], [3, 2.5, 2],
  ]
  private let targets = [0, 2, 2, 1, 1, 2]

  // scipy 1.17: minimize_scalar of the mean negative log-likelihood.
  @Test("the temperature minimizes the log-likelihood: several classes, one output, several labels")
  func temperature() throws {
    let found = try #require(TemperatureScaling.fit(logits: logits, targets: targets))
    #expect(abs(found - 1.7335577501114863) < 1e-6)
    let z: [[Float]] = [[-1], [0.5], [2], [3], [-2], [1]]
    let binary = try #require(TemperatureScaling.fit(logits: z, targets: [0, 1, 0, 1, 0, 1]))
    #expect(abs(binary - 1.437174123688413) < 1e-6)
    let multi = try #require(
      TemperatureScaling.fit(
        logits: [[-1, 0.5], [2, 3], [-2, 1]] as [[Float]],
        targets: [[0, 1], [0, 1], [0, 1]] as [[Float]]))
    #expect(abs(multi - binary) < 1e-12)
  }

  @Test("perfect, reversed, constant, empty and broken outputs")
  func extremes() {
    let perfect: [[Float]] = [[2, 0], [0, 1]]
    #expect(TemperatureScaling.fit(logits: perfect, targets: [0, 1]) == 0.01)
    #expect(TemperatureScaling.fit(logits: perfect, targets: [1, 0]) == 100)
    #expect(TemperatureScaling.fit(logits: [[1, 1], [3, 3]], targets: [0, 1]) == 1)
    #expect(TemperatureScaling.fit(logits: [], targets: [Int]()) == nil)
    #expect(TemperatureScaling.fit(logits: [[.nan, 1]], targets: [0]) == nil)
    #expect(TemperatureScaling.fit(logits: [[.infinity, 1]], targets: [0]) == nil)
    let huge = TemperatureScaling.fit(
      logits: [[1e30, 0], [0, 1e30]] as [[Float]], targets: [0, 0])
    #expect(huge == 100)
  }

  private func predictions(_ loss: LossFunction = .crossEntropy()) -> Predictions {
    let z = Tensor(Array(logits.joined()), shape: [6, 3])
    let p = z.softmax(axis: -1).floatScalars
    return Predictions(
      outputs: logits, probabilities: (0..<6).map { Array(p[($0 * 3)..<($0 * 3 + 3)]) },
      targets: targets,
      losses: loss.perItem(z, Tensor(targets.map { Int64($0) })).floatScalars.map(Double.init),
      lossFunction: loss)
  }

  @Test("a temperature keeps the classes and lowers the log loss; the losses follow")
  func scaled() throws {
    let plain = predictions()
    let calibration = PredictorCalibration(fittedTo: plain)
    #expect(calibration.threshold == nil)
    let scaled = plain.calibrated(by: calibration)
    #expect(scaled.decoded == plain.decoded && scaled.outputs == plain.outputs)
    let (before, after) = (Metric.logLoss.value(plain), Metric.logLoss.value(scaled))
    #expect(after < before)
    expectClose([scaled.meanLoss ?? .nan], [after], absolute: 1e-6)
    // Fitted again on the raw outputs: the same temperature.
    #expect(TemperatureScaling.fit(scaled) == calibration.temperature)
    #expect(plain.calibrated(by: nil).probabilities == plain.probabilities)
  }

  private let scores = [0.1, 0.2, 0.3, 0.4, 0.4, 0.6, 0.7, 0.8]
  private let positives = [false, false, true, false, true, false, true, true]

  @Test("a threshold by Youden, by sensitivity and by specificity, between two scores")
  func thresholds() throws {
    func choose(_ criterion: DecisionCriterion) throws -> DecisionThreshold {
      try #require(DecisionThreshold(scores: scores, positives: positives, by: criterion))
    }
    // Sensitivity + specificity − 1: 0.7 → 2/4, 0.4 → 3/4 − 2/4, 0.3 → 1 − 2/4.
    let youden = try choose(.youden)
    #expect(abs(youden.threshold - 0.65) < 1e-12)
    #expect(youden.operatingPoint?.sensitivity.value == 0.5)
    #expect(youden.operatingPoint?.specificity.value == 1)
    let sensitive = try choose(.sensitivity(atLeast: 0.95))
    #expect(abs(sensitive.threshold - 0.25) < 1e-12)
    #expect(sensitive.operatingPoint?.sensitivity.value == 1)
    let middle = try choose(.sensitivity(atLeast: 0.75))
    // From 0.4 as from 0.3 half of the negatives are decided positive: the lower one misses nothing.
    #expect(
      middle.operatingPoint?.specificity.value == 0.5 && middle.threshold == sensitive.threshold)
    let specific = try choose(.specificity(atLeast: 0.75))
    #expect(abs(specific.threshold - 0.5) < 1e-12)
    #expect(specific.operatingPoint?.specificity.value == 0.75)
    #expect(specific.operatingPoint?.sensitivity.value == 0.5)
    #expect(youden.criterion == .youden)
  }

  @Test(
    "the highest score is negative: full specificity decides nothing positive, with a finite threshold"
  )
  func unreachable() throws {
    let found = try #require(
      DecisionThreshold(
        scores: [0.9, 0.5, 0.2], positives: [false, true, false], by: .specificity(atLeast: 1)))
    #expect(found.threshold > 0.9 && found.threshold.isFinite)
    #expect(found.operatingPoint?.sensitivity.value == 0)
    #expect(found.operatingPoint?.specificity.value == 1)
    for criterion in [DecisionCriterion.youden, .sensitivity(atLeast: 0.5)] {
      #expect(
        DecisionThreshold(scores: [0.1, 0.2], positives: [true, true], by: criterion) == nil)
      #expect(
        DecisionThreshold(scores: [.nan, 0.2], positives: [true, false], by: criterion) == nil)
      #expect(DecisionThreshold(scores: [], positives: [], by: criterion) == nil)
    }
    // Neighboring numbers have none between them.
    let near = try #require(
      DecisionThreshold(
        scores: [0.5, (0.5).nextDown], positives: [true, false], by: .youden))
    #expect(near.threshold == 0.5)
  }

  @Test("evaluation, confusion matrix and metrics decide by the threshold")
  func evaluation() {
    let rows = scores.map { [Float(1 - $0), Float($0)] }
    let outputs = scores.map { [0, Float(log($0 / (1 - $0)))] }
    let plain = Predictions(
      outputs: outputs, probabilities: rows, targets: positives.map { $0 ? 1 : 0 })
    let decided = plain.calibrated(by: PredictorCalibration(threshold: 0.25))
    #expect(plain.decoded == [0, 0, 0, 0, 0, 1, 1, 1])
    #expect(decided.decoded == [0, 0, 1, 1, 1, 1, 1, 1])
    #expect(Evaluation(decided, vocab: ["n", "p"]).perClass.map(\.recall) == [0.5, 1])
    #expect(Metric.recall().value(decided) == 1 && Metric.recall().value(plain) == 0.5)
    #expect(Metric.rocAuc.value(decided) == Metric.rocAuc.value(plain))
  }

  @Test("a calibration is stored as JSON; a temperature that is not positive is refused")
  func coding() throws {
    let decision = DecisionThreshold(
      scores: scores, positives: positives, by: .sensitivity(atLeast: 0.95))
    for calibration in [
      PredictorCalibration(), PredictorCalibration(temperature: 1.5),
      PredictorCalibration(temperature: 0.7, decision: decision),
      PredictorCalibration(threshold: 0.3),
    ] {
      let data = try JSONEncoder().encode(calibration)
      #expect(try JSONDecoder().decode(PredictorCalibration.self, from: data) == calibration)
    }
    for text in ["0", "-1"] {
      #expect(throws: DecodingError.self) {
        try JSONDecoder().decode(
          PredictorCalibration.self, from: Data("{\"temperature\":\(text)}".utf8))
      }
    }
  }
}
