import DataBlocks
import Files
import Foundation
import Interpret
import Logbook
import Runs
import Testing
import Training

@Suite("Calibration of a run")
struct RunCalibrationTests {
  private func savedRun(
    _ work: Workspace, valid: Int = 12, epochs: Int = 1
  ) throws -> SavedRun {
    var plan = work.plan(try work.table(valid: valid, test: 4))
    plan.epochs = epochs
    try plan.quietRun(in: work.file("run"))
    return try SavedRun(work.file("run"))
  }

  @Test("temperature and threshold are those of the validation predictions; the run uses them then")
  func chosen() throws {
    let work = try Workspace()
    let run = try savedRun(work)
    #expect(run.calibration == nil && run.calibrationSource == nil)
    let items = try run.ownItems(split: "valid").items
    #expect(items.count == 12 && items.allSatisfy { $0.label != nil })
    let rows = try run.getPreds(items, workers: 0)
    let found = try run.calibrate(threshold: .chosen(.youden), workers: 0)
    #expect(found.images == 12 && found.split == "valid" && found.className == "b")
    #expect(
      found.calibration == PredictorCalibration(fittedTo: rows, decidingBy: .youden))
    let (before, after) = (try #require(found.before.logLoss), try #require(found.after.logLoss))
    #expect(abs(before - Metric.logLoss.value(rows)) < 1e-9 && after <= before + 1e-9)
    #expect(found.after.sensitivity.interval != nil && found.after.specificity.value != nil)
    let text = found.description
    #expect(text.contains("temperature") && text.contains("largest Youden index"))
    #expect(text.contains("calibration error (ECE)") && text.contains("log loss"))
    let (old, new) = (
      try #require(found.before.expectedCalibrationError),
      try #require(found.after.expectedCalibrationError)
    )
    #expect(text.contains("the calibration error is larger with it") == (new > old))
    // The other case: the same measures the other way round.
    let turned = RunCalibration(
      checkpoint: "best", steps: nil, split: "valid", images: 12, className: "b",
      found.calibration, before: found.after, after: found.before)
    #expect(turned.description.contains("the calibration error is larger with it") == (new < old))

    let calibrated = try SavedRun(work.file("run"))
    #expect(calibrated.calibration == found)
    #expect(calibrated.predictor.calibration == found.calibration)
    #expect(
      calibrated.calibrationSource?.words.hasSuffix("calibration.json, 12 images (valid)") == true)
    let threshold = try #require(found.calibration.threshold)
    for item in items {
      let answer = try calibrated.predict(item.path)
      #expect((answer.probabilities[1] >= threshold) == (answer.label == "b"))
    }
    // Calibrated again: from the outputs, not on top.
    #expect(
      try calibrated.calibrate(threshold: .chosen(.youden), workers: 0).calibration
        == found.calibration)
    let settings = {
      var settings = InterpretSettings()
      settings.drawsFigures = false
      settings.classes = .all
      return settings
    }()
    let records = try calibrated.interpret(
      items.map(\.path), to: work.file("maps"), settings: settings)
    #expect(
      try records.map(\.predicted) == items.map { try calibrated.predict($0.path).label })
    #expect(try RunCalibration.remove(from: run.folder))
    #expect(try !RunCalibration.remove(from: run.folder))
    #expect(try SavedRun(work.file("run")).predictor.calibration == nil)
  }

  @Test("a calibration of another checkpoint is not used")
  func otherWeights() throws {
    let work = try Workspace()
    let run = try savedRun(work)
    try run.calibrate(workers: 0)
    let last = try SavedRun(work.file("run"), checkpoint: "last")
    #expect(last.calibration == nil && last.predictor.calibration == nil)
    #expect(last.otherCalibration != nil)
    let json = try work.text("run/calibration.json")
    let changed = json.replacing(/"steps" : "\d+"/, with: "\"steps\" : \"999\"")
    #expect(changed != json)
    try work.write(changed, to: "run/calibration.json")
    let stale = try SavedRun(work.file("run"))
    #expect(stale.calibration == nil && stale.otherCalibration != nil)
    try work.write("{", to: "run/calibration.json")
    let damaged = #expect(throws: RunError.self) { try SavedRun(work.file("run")) }
    #expect(damaged?.place.file == work.file("run/calibration.json"))
  }

  @Test("other parts than valid are refused with the reason, and a threshold needs two classes")
  func refused() throws {
    let work = try Workspace()
    let run = try savedRun(work)
    for split in ["test", "train", "all", "x"] {
      let error = #expect(throws: CalibrationError.self) {
        try run.calibrate(split: split, workers: 0)
      }
      #expect(error?.reason == .split(split) && error?.remedy == "use the split valid")
    }
    let nothing = #expect(throws: CalibrationError.self) { try run.calibrate(temperature: false) }
    #expect(nothing?.reason == .nothing)
    #expect(!work.exists("run/calibration.json"))
    #expect(CalibrationThreshold("youden") == .chosen(.youden))
    #expect(CalibrationThreshold("sensitivity:0.95") == .chosen(.sensitivity(atLeast: 0.95)))
    #expect(CalibrationThreshold("specificity:1") == .chosen(.specificity(atLeast: 1)))
    #expect(CalibrationThreshold("0.5") == .fixed(0.5))
    for text in [
      "", "x", "1.5", "-0.1", "nan", "youden:1", "sensitivity", "sensitivity:2", "0.5:1",
    ] {
      #expect(CalibrationThreshold(text) == nil, "\(text)")
    }
    let three = try Workspace()
    let table = try three.writeTable(
      ["label", "split"],
      (0..<18).map { [["a", "b", "c"][$0 % 3], $0 < 12 ? "train" : "valid"] })
    try three.plan(table).quietRun(in: three.file("run"))
    let of3 = try SavedRun(three.file("run"))
    let count = #expect(throws: CalibrationError.self) {
      try of3.calibrate(threshold: .fixed(0.5), workers: 0)
    }
    #expect(count?.reason == .classCount(3))
    do {
      #expect(try of3.calibrate(workers: 0).calibration.temperature != nil)
    } catch let error as CalibrationError {
      // Six images of a model that was trained for one epoch need not determine a temperature.
      guard case .undetermined(6, _) = error.reason else { throw error }
      #expect(!three.exists("run/calibration.json"))
    }
  }

  @Test("a model that is always right gets a threshold without a temperature, and is told why")
  func alwaysRight() throws {
    let work = try Workspace()
    // The images, which differ by these labels.
    _ = try work.table(train: 12, valid: 6)
    func run(_ name: String, valid: [String]) throws -> SavedRun {
      let rows = (0..<18).map { number in
        number < 12
          ? "\(number).png,\(["a", "b"][number % 2]),train"
          : "\(number).png,\(valid[number - 12]),valid"
      }
      try work.write((["file,label,split"] + rows).joined(separator: "\n"), to: "\(name).csv")
      let table = LabelTable(work.file("\(name).csv"), folder: work.path)
      var plan = try work.plan(table)
      // The weights stay as drawn, so that both runs predict the same.
      plan.learningRate = 1e-12
      try plan.quietRun(in: work.file(name))
      return try SavedRun(work.file(name))
    }
    let first = try run("first", valid: ["a", "b", "a", "b", "a", "b"])
    let predicted = try first.ownItems(split: "valid").items.map {
      try first.predict($0.path).label
    }
    let second = try run("second", valid: predicted)
    #expect(throws: CalibrationError.self) { try second.calibrate(workers: 0) }
    #expect(!work.exists("second/calibration.json"))
    var told: [CalibrationError] = []
    let found = try second.calibrate(threshold: .fixed(0.5), workers: 0) { told.append($0) }
    #expect(told.map(\.reason) == [.undetermined(images: 6, isSharper: true)])
    #expect(found.calibration.temperature == nil && found.calibration.threshold == 0.5)
    #expect(found.after.accuracy.value == 1)
    #expect(!found.description.contains("ECE") && !found.description.contains("log loss"))
    #expect(found.description.contains("accuracy"))
  }

  @Test("parts that were drawn at random are those of the run, with their labels")
  func randomSplit() throws {
    let work = try Workspace()
    let table = try work.writeTable(["label"], (0..<16).map { [$0 % 2 == 0 ? "a" : "b"] })
    try work.plan(table).quietRun(in: work.file("run"))
    let run = try SavedRun(work.file("run"))
    let found = try run.calibrate(threshold: .fixed(0.5), workers: 0)
    #expect(found.images == run.description.data.valid)
  }

  @Test(
    "one threshold decides the confusion matrix, accuracy, sensitivity and groups; the report says which"
  )
  func oneThreshold() throws {
    let work = try Workspace()
    let run = try savedRun(work)
    let read = try run.description.plan.table.read()
    let selected = try run.select(read, split: "valid")
    let plain = try run.report(on: selected, of: read.table, workers: 0)
    #expect(plain.decision.source == .loss && plain.description.contains("most probable class"))
    let scores = plain.interpretation.scores(ofClass: 1).sorted()
    for (name, index) in [("b", 1), ("a", 0)] {
      let threshold = index == 1 ? (scores[2] + scores[3]) / 2 : 1 - (scores[7] + scores[8]) / 2
      let report = try run.report(
        on: selected, of: read.table,
        options: ReportOptions(subgroups: ["label"], positiveClass: name, threshold: threshold),
        workers: 0)
      let counts = report.operatingPoints[0].counts
      #expect(counts.truePositives + counts.falsePositives == (index == 1 ? 9 : 8))
      let matrix = report.interpretation.confusionMatrix().counts
      #expect(matrix[index][index] == counts.truePositives)
      #expect(matrix[1 - index][index] == counts.falsePositives)
      #expect(matrix[index][1 - index] == counts.falseNegatives)
      #expect(report.classification.accuracy.value == Double(matrix[0][0] + matrix[1][1]) / 12)
      #expect(report.classification.classes[index].recall.value == counts.sensitivity.value)
      #expect(
        report.subgroups[0].rows.map(\.counts.truePositives).reduce(0, +) == counts.truePositives)
      #expect(report.decision.className == name && report.decision.source == .given)
      #expect(report.description.contains("decided by p(\(name)) >= "))
      #expect(report.auc.value == plain.auc.value)
    }
    let calibration = try run.calibrate(
      temperature: false, threshold: .fixed((scores[4] + scores[5]) / 2), workers: 0)
    let calibrated = try SavedRun(work.file("run"))
    let report = try calibrated.report(on: selected, of: read.table, workers: 0)
    #expect(report.decision.source == .calibration)
    #expect(report.decision.threshold == calibration.calibration.threshold)
    #expect(report.interpretation.decoded.count { $0 == 1 } == 7)
    #expect(report.operatingPoints[0].counts.sensitivity == calibration.after.sensitivity)
    #expect(report.description.contains("calibration.json"))
    // A threshold of this report is stronger.
    let given = try calibrated.report(
      on: selected, of: read.table, options: ReportOptions(threshold: 0), workers: 0)
    #expect(given.interpretation.decoded == [Int](repeating: 1, count: 12))
    let augmented = try run.report(
      on: selected, of: read.table, options: ReportOptions(testTimeAugmentation: 2), workers: 0)
    #expect(
      augmented.description.replacing("\n", with: " ").contains("2 augmented passes")
        && augmented.loss == nil)
  }

  @Test(
    "of three classes, a threshold decides its class first, then the most probable of the others")
  func threeClasses() throws {
    let predictions = Predictions(
      outputs: [[0, 0, 0], [0, 0, 0], [0, 0, 0]],
      probabilities: [[0.6, 0.3, 0.1], [0.6, 0.1, 0.3], [0.2, 0.25, 0.55]], targets: [0, 1, 2])
    #expect(predictions.deciding(1, from: 0.25).decoded == [1, 0, 1])
    #expect(predictions.deciding(0, from: 0.7).decoded == [1, 2, 2])
    #expect(predictions.deciding(0, from: 0.7).selecting([2, 0]).decoded == [2, 1])
    let work = try Workspace()
    let table = try work.writeTable(
      ["label", "split"],
      (0..<18).map { [["a", "b", "c"][$0 % 3], $0 < 12 ? "train" : "valid"] })
    try work.plan(table).quietRun(in: work.file("run"))
    let run = try SavedRun(work.file("run"))
    let read = try table.read()
    let selected = try run.select(read, split: "valid")
    let error = #expect(throws: PlanError.self) {
      try run.report(
        on: selected, of: read.table, options: ReportOptions(threshold: 0.4), workers: 0)
    }
    #expect(error?.problem.contains("--positive") == true)
    let report = try run.report(
      on: selected, of: read.table, options: ReportOptions(positiveClass: "b", threshold: 0),
      workers: 0)
    #expect(report.interpretation.decoded == [Int](repeating: 1, count: 6))
  }
}
