import DataBlocks
import Files
import Foundation
import Logbook
import Runs
import Testing
import Training
import Vision

@Suite("Runs with several labels per image, and with numbers")
struct MultiLabelRunTests {
  private let labels = ["a;b", "b", "", "c;a"]

  private func table(_ work: Workspace, _ labels: [String]) throws -> LabelTable {
    try work.writeTable(
      ["label", "split"],
      (0..<16).map { [labels[$0 % 4], $0 < 8 ? "train" : $0 < 12 ? "valid" : "test"] })
  }

  private func plan(_ work: Workspace, _ target: TargetKind, _ labels: [String]) throws
    -> TrainingPlan
  {
    var plan = work.plan(try table(work, labels))
    plan.data.target = target
    return plan
  }

  @Test("a table with labels a;b is trained, saved, opened and measured")
  func multiLabel() throws {
    let work = try Workspace()
    let plan = try plan(work, .multiCategory, labels)
    let result = try plan.quietRun(in: work.file("run"))
    let run = try SavedRun(work.file("run"))
    #expect(run.description.vocab == ["a", "b", "c"])
    #expect(run.description.data.classCounts == [4, 4, 2])
    #expect(run.description.plan.data.labelDelimiter == ";")
    #expect(run.target == .multiCategory)
    #expect(
      run.description.plan.metrics.map(\.name) == ["accuracy_multi", "roc_auc_score_multi"])
    let epochs = try RunLog(reading: work.file("run/metrics.sqlite")).epochs()
    #expect(epochs[0].metrics.keys.sorted() == ["accuracy_multi", "roc_auc_score_multi"])
    // Sigmoid, not softmax: the answers are the learner's own.
    let (label, _, probabilities) = try run.predictor.predict(work.file("0.png"))
    let own = try result.learner.predictor.predict(work.file("0.png"))
    #expect(probabilities == own.probabilities && label == own.label)
    #expect(abs(probabilities.reduce(0, +) - 1) > 1e-3)
    #expect(
      label
        == zip(["a", "b", "c"], probabilities).filter { $0.1 > 0.5 }.map(\.0).joined(separator: ";")
    )
    let selected = try run.select(plan.table.read(), split: "test")
    #expect(selected.items.count == 4 && selected.items[2].label == "")
    let found = try run.measures(on: selected)
    #expect(found.predictions.count == 4 && found.loss?.isFinite == true)
    #expect(found.labels.map(\.images) == [2, 2, 1])
    #expect(found.description.contains("accuracy_multi"))
    // Probabilities of several passes have no loss.
    let augmented = try run.measures(on: selected, testTimeAugmentation: 2)
    #expect(augmented.loss == nil && augmented.metrics.count == found.metrics.count)
    #expect(augmented.predictions.probabilities != found.predictions.probabilities)
    #expect(augmented.labels.map(\.images) == [2, 2, 1])
    // An exported file has the metrics of the plan.
    try run.export(work.file("model.safetensors"))
    let exported = try loadLearner(work.file("model.safetensors"))
    #expect(exported.description.labelWords == "3 labels")
    let again = try exported.measures(on: exported.select(plan.table.read(), split: "test"))
    #expect(again.metrics.map(\.name).sorted() == found.metrics.map(\.name).sorted())
    // The validation loss of the checkpoint is that of training.
    let valid = try run.measures(on: run.select(plan.table.read(), split: "valid"))
    #expect(abs((valid.loss ?? 0) - (epochs[0].validLoss ?? 1)) < 1e-5)
    let refused = #expect(throws: PlanError.self) {
      try run.report(on: selected, of: plan.table)
    }
    #expect(
      refused?.problem
        == "the measures of a report need one class per image, but the labels of this run are labels that do not exclude each other"
    )
    var maps: [ExplanationRecord] = []
    try run.interpret(selected.items, to: work.file("maps"), each: { maps.append($0) })
    #expect(maps.count == 4 && maps.allSatisfy { $0.error == nil })
    #expect(maps[0].maps?.isEmpty == false)
    try found.predictions.writeCSV(
      to: work.file("predictions.csv"), items: found.items, vocab: run.predictor.vocab)
    #expect(try work.text("predictions.csv").hasPrefix("file,label,predicted,p(a),p(b),p(c)\n"))
  }

  @Test("a balanced pos_weight counts in the loss of the opened run")
  func positiveWeights() throws {
    let work = try Workspace()
    var plan = try plan(work, .multiCategory, labels)
    plan.loss = .bceWithLogits(threshold: 0.2, positiveWeights: .balanced)
    try plan.quietRun(in: work.file("run"))
    let run = try SavedRun(work.file("run"))
    let valid = try run.measures(on: run.select(plan.table.read(), split: "valid"))
    let recorded = try RunLog(reading: work.file("run/metrics.sqlite")).epochs()[0].validLoss
    #expect(abs((valid.loss ?? 0) - (recorded ?? 1)) < 1e-5)
    let (label, _, probabilities) = try run.predictor.predict(work.file("0.png"))
    #expect(
      label
        == zip(["a", "b", "c"], probabilities).filter { $0.1 > 0.2 }.map(\.0).joined(separator: ";")
    )
  }

  @Test("a custom delimiter, and one label only")
  func delimiter() throws {
    let work = try Workspace()
    var plan = try plan(work, .multiCategory, ["a/b", "b/a", "", "b"])
    plan.data.labelDelimiter = "/"
    try plan.quietRun(in: work.file("run"))
    #expect(try SavedRun(work.file("run")).description.vocab == ["a", "b"])
    let one = try Workspace()
    let single = try self.plan(one, .multiCategory, ["x", "", "x", ""])
    try single.quietRun(in: one.file("run"))
    let run = try SavedRun(one.file("run"))
    #expect(try run.predictor.predict(one.file("0.png")).probabilities.count == 1)
    #expect(try run.measures(on: run.select(single.table.read(), split: "test")).labels.count == 1)
  }

  @Test("numbers are trained, saved, opened and measured, and refused where classes are needed")
  func regression() throws {
    let work = try Workspace()
    let plan = try plan(work, .regression, ["0.5 1", "-1 2", "2 3", "1e-1 4"])
    try plan.quietRun(in: work.file("run"))
    let run = try SavedRun(work.file("run"))
    #expect(run.description.vocab.isEmpty && run.description.plan.data.outputCount == 2)
    let (label, _, numbers) = try run.predictor.predict(work.file("0.png"))
    #expect(numbers.count == 2 && label.split(separator: ";").count == 2)
    let selected = try run.select(plan.table.read(), split: "test")
    let found = try run.measures(on: selected)
    #expect(found.metrics.map(\.name) == ["mae", "r2_score"])
    #expect(found.metrics[0].value != nil && found.labels.isEmpty)
    #expect(throws: PlanError.self) { try run.report(on: selected, of: plan.table) }
    let maps = #expect(throws: PlanError.self) {
      try run.interpret([work.file("0.png")], to: work.file("maps"))
    }
    #expect(
      maps?.problem == "maps need classes, but the labels of this run are numbers")
    #expect(!work.exists("maps"))
  }

  @Test("labels that are no numbers are refused with their place")
  func wrongLabels() throws {
    let work = try Workspace()
    let plan = try plan(work, .regression, ["0.5", "high", "2", "3"])
    #expect(throws: DataError.self) { try plan.quietRun(in: work.file("run")) }
    #expect(!work.exists("run"))
  }
}
