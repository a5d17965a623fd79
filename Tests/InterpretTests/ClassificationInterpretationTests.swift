import DataBlocks
import Foundation
import Imaging
import Interpret
import Layers
import Tensors
import TestSupport
import Testing
import Training

@Suite("Interpretation of a classifier")
struct ClassificationInterpretationTests {
  private static let vocab = ["normal", "edema", "nodule"]

  /// Softmax outputs whose most probable classes are 0, 1, 1, 2, 0, 2.
  private static func predictions(losses: [Double] = []) -> Predictions {
    let probabilities: [[Float]] = [
      [0.7, 0.2, 0.1], [0.3, 0.6, 0.1], [0.1, 0.8, 0.1], [0.2, 0.2, 0.6], [0.5, 0.3, 0.2],
      [0.05, 0.05, 0.9],
    ]
    return Predictions(
      outputs: probabilities, probabilities: probabilities, targets: [0, 0, 1, 2, 2, 1],
      losses: losses)
  }

  @Test("confusion matrix, pairs and report")
  func matrix() throws {
    let found = try ClassificationInterpretation(Self.predictions(), vocab: Self.vocab)
    #expect(found.confusionMatrix().counts == [[1, 1, 0], [0, 1, 1], [1, 0, 1]])
    #expect(
      found.mostConfused().map { "\($0.actual) \($0.predicted) \($0.count)" }
        == ["normal edema 1", "edema nodule 1", "nodule normal 1"])
    #expect(found.mostConfused(minimum: 2).isEmpty)
    let report = found.classificationReport()
    #expect(report.accuracy.value == 0.5 && report.classes.map(\.support) == [2, 2, 2])
    #expect(report.patients == nil)
    // Of class 1 against the rest: positives 0.8 and 0.05, negatives 0.2, 0.6, 0.2, 0.3: 4 of 8 pairs.
    #expect(found.rocAuc(ofClass: 1).value == 0.5)
    #expect(report.classes[1].auc == found.rocAuc(ofClass: 1))
  }

  @Test("the items of the largest and smallest losses; equal ones keep their order")
  func topLosses() throws {
    let items = (0..<6).map { DataItem(path: "\($0).dcm", label: "x") }
    let found = try ClassificationInterpretation(
      Self.predictions(losses: [0.4, 2, 0.2, 0.5, 2, 3]), vocab: Self.vocab, items: items)
    #expect(found.topLosses(3).map(\.row) == [5, 1, 4])
    #expect(found.topLosses(2, largest: false).map(\.row) == [2, 0])
    #expect(found.topLosses().count == 6 && found.topLosses(100).count == 6)
    let first = found.topLosses(1)[0]
    #expect(first.predicted == "nodule" && first.actual == "edema" && first.loss == 3)
    #expect(abs(first.probability - 0.9) < 1e-6 && first.item?.path == "5.dcm")
    // Without losses: -ln p of the true class; 0.05 of row 5.
    let plain = try ClassificationInterpretation(Self.predictions(), vocab: Self.vocab)
    #expect(plain.topLosses(1)[0].row == 5)
    #expect(abs(plain.losses[5] + log(0.05)) < 1e-6)
  }

  @Test("items are found by the indices of the predictions, and patients make clusters")
  func indices() throws {
    let items = (0..<4).map { DataItem(path: "\($0)", label: "a", patient: $0 < 3 ? "p" : nil) }
    let rows: [[Float]] = [[0.9, 0.1], [0.2, 0.8]]
    let found = try ClassificationInterpretation(
      Predictions(outputs: rows, probabilities: rows, targets: [0, 1], itemIndices: [3, 1]),
      vocab: ["a", "b"], items: items)
    #expect(found.item(ofRow: 0)?.path == "3" && found.item(ofRow: 1)?.path == "1")
    #expect(found.classificationReport().patients == nil)
    let table = found.subgroups(by: "view", values: ["w", "x", "y", "z"])
    #expect(table.rows.map(\.name) == ["x", "z"])
    #expect(table.rows.map(\.counts.positives) == [1, 0])
    #expect(table.rows.allSatisfy { $0.isSmall && $0.auc == .undefined })
    #expect(table.rows[1].counts.sensitivity == .undefined)
    #expect(!table.description.contains("nan") && table.description.contains("* x"))
    let shared = try ClassificationInterpretation(
      Predictions(outputs: rows, probabilities: rows, targets: [0, 1], itemIndices: [0, 1]),
      vocab: ["a", "b"], items: items)
    #expect(shared.classificationReport().patients == 1)
  }

  @Test("one output counts as two classes; findings are one interpretation each")
  func oneOutput() throws {
    let one = try ClassificationInterpretation(
      Predictions(
        outputs: [[2], [-1], [-0.1]], probabilities: [[0.88], [0.27], [0.475]],
        targets: [1, 0, 1]), vocab: ["normal", "mass"])
    #expect(one.decoded == [1, 0, 0] && one.confusionMatrix().counts == [[1, 0], [1, 1]])
    #expect(one.operatingPoint(threshold: 0.4).sensitivity.value == 1)
    #expect(one.operatingPoint().sensitivity.value == 0.5)
    let findings = try ClassificationInterpretation.findings(
      probabilities: [[0.9, 0.2], [0.4, 0.7]], targets: [[true, false], [true, true]],
      vocab: ["mass", "effusion"])
    #expect(findings.map(\.vocab) == [["no mass", "mass"], ["no effusion", "effusion"]])
    #expect(findings[0].confusionMatrix().counts == [[0, 0], [1, 1]])
    #expect(findings[1].confusionMatrix().counts == [[1, 0], [0, 1]])
    #expect(findings[0].rocAuc() == .undefined)
  }

  @Test("an output that is not finite is refused with the item's name")
  func notFinite() {
    let rows: [[Float]] = [[0.9, 0.1], [.nan, .nan]]
    let predictions = Predictions(outputs: rows, probabilities: rows, targets: [0, 1])
    #expect {
      _ = try ClassificationInterpretation(
        predictions, vocab: ["a", "b"],
        items: [DataItem(path: "x.dcm"), DataItem(path: "films/y.dcm")])
    } throws: { error in
      "\(error)".contains("films/y.dcm") && "\(error)".contains("not finite")
    }
  }

  @Test("predictions without one class per item trap and name the way out")
  func multiLabel() async {
    await #expect(processExitsWith: .failure) {
      let rows: [[Float]] = [[0.9, 0.1]]
      _ = try ClassificationInterpretation(
        Predictions(outputs: rows, probabilities: rows, targets: []), vocab: ["a", "b"])
    }
  }

  @Test("calibration of a class and of the most probable one")
  func calibration() throws {
    let found = try ClassificationInterpretation(Self.predictions(), vocab: Self.vocab)
    // Confidences 0.6, 0.6, 0.5 of which one is right, and 0.7, 0.8, 0.9 of which two are.
    let thirds = found.calibration(binCount: 3)
    #expect(thirds.bins.map(\.count) == [0, 3, 3])
    #expect(abs((thirds.expectedError ?? 0) - (0.7 + 0.4) / 6) < 1e-6)
    #expect(abs((thirds.maximumError ?? 0) - 0.7 / 3) < 1e-6)
    let edema = found.calibration(ofClass: 1, binCount: 1)
    // Mean probability 2.15 / 6, fraction 2 / 6.
    #expect(abs((edema.expectedError ?? 0) - 0.15 / 6) < 1e-6)
    #expect(edema.bins[0].count == 6)
  }

  @Test("every figure can be drawn, also without positive items")
  func figures() throws {
    let found = try ClassificationInterpretation(Self.predictions(), vocab: Self.vocab)
    let rows: [[Float]] = [[0.9, 0.1], [0.8, 0.2]]
    let oneClass = try ClassificationInterpretation(
      Predictions(outputs: rows, probabilities: rows, targets: [0, 0]), vocab: ["a", "b"])
    for interpretation in [found, oneClass] {
      for figure in [
        interpretation.plotROC(), interpretation.plotPrecisionRecall(),
        interpretation.plotReliability(), interpretation.plotConfusionMatrix(),
        interpretation.plotConfusionMatrix(normalize: true),
      ] {
        let image = figure.drawn()
        #expect(image.width > 300 && image.height > 200)
        #expect(!figure.svg().contains("nan"))
      }
    }
    #expect(oneClass.plotROC().svg().contains("No curve"))
    #expect(oneClass.rocCurve().isEmpty && oneClass.precisionRecallCurve().isEmpty)
  }

  @Test("the band of the ROC curve has the curve in it; it ends at 1")
  func band() throws {
    var random = RandomSource(seed: 4)
    let targets = (0..<80).map { $0 % 2 }
    let rows: [[Float]] = targets.map { target in
      let score: Double = 0.35 + 0.3 * Double(target) + 0.2 * random.normal()
      // Rounded, so that scores are equal.
      let p = Float((min(max(score, 0), 1) * 20).rounded() / 20)
      return [1 - p, p]
    }
    let found = try ClassificationInterpretation(
      Predictions(outputs: rows, probabilities: rows, targets: targets), vocab: ["a", "b"])
    let band = found.rocBand(ofClass: 1)
    let curve = found.rocCurve()
    #expect(band.count == 51)
    for interval in band {
      let reached =
        curve.filter { $0.falsePositiveRate <= interval.x + 1e-9 }
        .map(\.truePositiveRate).max() ?? 0
      #expect(interval.low <= reached && reached <= interval.high, "\(interval.x)")
    }
    #expect(band.last?.low == 1 && band.last?.high == 1)
    // With 40 positive items, a sensitivity of 0.8 has an interval of about 0.25.
    let widths = band.map { $0.high - $0.low }
    #expect((widths.max() ?? 0) > 0.15 && (widths.max() ?? 1) < 0.6, "\(widths)")
  }

  @Test("more curves than colors have a plot each")
  func manyClasses() throws {
    let vocab = (0..<8).map { "class \($0)" }
    let rows: [[Float]] = (0..<16).map { row in
      (0..<8).map { column in Float((column * 3 + row * 5) % 11) / 88 }
    }
    let found = try ClassificationInterpretation(
      Predictions(outputs: rows, probabilities: rows, targets: (0..<16).map { $0 % 8 }),
      vocab: vocab)
    let text = found.plotROC().svg()
    for name in vocab { #expect(text.contains("\(name), AUC")) }
    #expect(text.components(separatedBy: ">sensitivity<").count == 9)
  }

  /// The mean of two 4 x 4 quarters' brightness decides.
  private final class Quarters: Module {
    let conv = Conv2D(3, 2, kernelSize: 3, padding: 1)
    override func forward(_ input: Tensor) -> Tensor {
      conv(input).relu().mean(axes: [2, 3])
    }
  }

  @Test("top losses are drawn from the files with fastai's titles, with and without maps")
  func plotTopLosses() throws {
    let folder = NSTemporaryDirectory() + "lightbox-\(UUID())"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let items = try (0..<4).map { number in
      let samples = (0..<(40 * 30)).map { UInt8(($0 * (number + 3)) % 251) }
      let path = "\(folder)/film\(number).png"
      try PixelBuffer(width: 40, height: 30, channels: 1, samples: samples).write(to: path)
      return DataItem(path: path, label: number % 2 == 0 ? "a" : "b")
    }
    let model = Quarters()
    model.initialize(seed: 4)
    let predictor = Predictor(
      model: model, vocab: ["a", "b"], pipeline: Pipeline([Resize(16)]))
    let found = try ClassificationInterpretation(predictor, items: items, workers: 0)
    let plain = try found.plotTopLosses(3).svg()
    let loss = found.topLosses(1)[0]
    let title =
      "\(loss.predicted)/\(loss.actual) / \(String(format: "%.2f", loss.loss)) / "
      + String(format: "%.2f", loss.probability)
    #expect(plain.contains(title), "\(title)")
    #expect(plain.contains("Prediction / Actual / Loss / Probability"))
    #expect(plain.contains("film\(loss.row).png"))
    let explainer = Explainer(
      predictor, GradCAM(), layers: [TappedLayer("conv", model.conv)])
    let mapped = try found.plotTopLosses(3, explainer: explainer)
    #expect(mapped.svg().contains("Grad-CAM"))
    #expect(mapped.drawn().width > 900)
    #expect(try found.plotTopLosses(4, columns: 2).drawn().width < mapped.drawn().width)
  }

  @Test("from a learner: its validation data")
  func learner() throws {
    let model = Quarters()
    model.initialize(seed: 2)
    let inputs = Tensor((0..<(4 * 3 * 64)).map { Float($0 % 17) / 17 }, shape: [4, 3, 8, 8])
    let batches = TensorBatches(
      inputs: inputs, targets: Tensor([0, 1, 1, 0] as [Int64]), batchSize: 2)
    let learner = Learner(model: model, train: batches, valid: batches)
    let found = try ClassificationInterpretation.fromLearner(learner, vocab: ["a", "b"])
    let predictions = try learner.predictions(for: batches)
    #expect(found.targets == [0, 1, 1, 0] && found.losses == predictions.losses)
    #expect(found.decoded == predictions.decoded)
  }
}
