import DataBlocks
import Foundation
import Imaging
import Interpret
import Layers
import Runs
import Tensors
import Testing
import Training
import Vision

@Suite("Reports of runs")
struct RunReportTests {
  @Test("a run's report: measures, groups, JSON, figures")
  func report() throws {
    let work = try Workspace()
    let splits =
      [String](repeating: "train", count: 8) + [String](repeating: "valid", count: 4)
      + [String](repeating: "test", count: 12)
    let table = try work.writeTable(
      ["label", "split", "View position", "age", "patient"],
      splits.enumerated().map { number, split in
        [
          number % 2 == 0 ? "a" : "b", split, number % 3 == 0 ? "" : "AP", "\(20 + number)",
          "p\(number < 20 ? number : 20)",
        ]
      })
    try work.plan(table).quietRun(in: work.file("run"))
    let run = try SavedRun(work.file("run"))
    let read = try table.read()
    let selected = try run.select(read, split: "test")
    let plain = try run.report(on: selected, of: read.table, workers: 0)
    let scores = plain.interpretation.scores(ofClass: 1).sorted()
    let threshold = (scores[4] + scores[5]) / 2
    try #require(scores[4] < scores[5])
    let found = try run.report(
      on: selected, of: read.table,
      options: ReportOptions(subgroups: ["view_position", "age"], threshold: threshold),
      batchSize: 5,
      workers: 0)
    #expect(found.interpretation.count == 12 && found.split == "test")
    // The same as the evaluation of the predictions.
    let evaluation = Evaluation(found.predictions, vocab: run.predictor.vocab)
    #expect(found.classification.accuracy.value == evaluation.accuracy)
    #expect(found.auc.value == evaluation.auc)
    #expect(found.classification.patients == 9)
    #expect(found.subgroups.map(\.column) == ["View position", "age"])
    #expect(found.subgroups[0].rows.map(\.name) == ["AP", "(missing)"])
    #expect(found.subgroups[0].rows.map(\.counts.items) == [8, 4])
    #expect(
      found.subgroups[1].rows.map(\.name) == ["up to 34", "> 34 to 37", "> 37 to 40", "over 40"])
    let counts = found.operatingPoints[0].counts
    #expect(counts.truePositives + counts.falsePositives == 7)
    #expect(plain.operatingPoints[0].counts == plain.interpretation.operatingPoint())
    let text = found.description
    #expect(text.hasPrefix("12 images (test)") && text.contains("by View position: b, p >= "))
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(text)")
    #expect(!text.contains("nan") && text.contains("9 patients"))

    let paths = try found.write(to: work.file("figures"))
    #expect(
      try files(in: work.file("figures")) == [
        "confusion-matrix.png", "precision-recall.png", "reliability.png", "report.json",
        "report.txt", "roc.png", "top-losses.png",
      ])
    #expect(paths.count == 7)
    #expect(try work.text("figures/report.txt") == text + "\n")
    let json = try #require(
      try JSONSerialization.jsonObject(
        with: Data(contentsOf: URL(fileURLWithPath: work.file("figures/report.json"))))
        as? [String: Any])
    for key in [
      "split", "images", "loss", "accuracy", "accuracyInterval", "auc", "perClass",
      "macroAverage", "weightedAverage", "confusionMatrix", "threshold", "decisions", "subgroups",
      "calibration", "skipped", "seconds", "imagesPerSecond", "intervals",
    ] { #expect(json[key] != nil, "\(key)") }
    #expect((json["subgroups"] as? [[String: Any]])?.count == 2)
    let check = try #require(try found.shortcutCheck())
    #expect(check.summaries.map(\.images).reduce(0, +) == 12)
  }

  @Test("a column or class that does not exist is refused before any image is read")
  func unknown() throws {
    let work = try Workspace()
    let table = try work.table(test: 4)
    try work.plan(table).quietRun(in: work.file("run"))
    let run = try SavedRun(work.file("run"))
    let read = try table.read()
    let selected = try run.select(read, split: "test")
    for number in 12..<16 { try FileManager.default.removeItem(atPath: work.file("\(number).png")) }
    #expect {
      _ = try run.report(on: selected, of: read.table, options: ReportOptions(subgroups: ["splot"]))
    } throws: { error in
      let text = "\(error)"
      return text.contains("labels.csv: there is no column \"splot\"; there are")
        && text.contains("use \"split\"")
    }
    #expect {
      _ = try run.report(on: selected, of: read.table, options: ReportOptions(positiveClass: "c"))
    } throws: { "\($0)".contains("the positive class is \"c\", but must be one of a, b") }
  }

  @Test("a network with NaN weights has no report; the image is named")
  func notFinite() throws {
    let work = try Workspace()
    let table = try work.table(test: 4)
    try work.plan(table).quietRun(in: work.file("run"))
    let run = try SavedRun(work.file("run"))
    let parameter = try #require(run.visionModel.model.parameters.last)
    parameter.value = Tensor(
      [Float](repeating: .nan, count: parameter.value.count), shape: parameter.value.shape)
    let read = try table.read()
    let selected = try run.select(read, split: "test")
    #expect {
      _ = try run.report(on: selected, of: read.table)
    } throws: { "\($0)".contains("12.png") && "\($0)".contains("not finite") }
  }
}
