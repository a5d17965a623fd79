import DataBlocks
import Foundation
import Logbook
import Runs
import Testing
import Training

@Suite("Evaluations that are kept in a run")
struct KeptEvaluationTests {
  @Test(
    "measures with intervals, predictions with all digits and figures; a second one replaces the first"
  )
  func kept() throws {
    let work = try Workspace()
    let rows = (0..<16).map {
      [$0 % 2 == 0 ? "a" : "b", $0 < 12 ? "train" : "valid", "P\($0 / 2)"]
    }
    let table = try work.writeTable(["label", "split", "patient"], rows)
    let path = work.file("run")
    try work.plan(table).quietRun(in: path)
    let run = try SavedRun(path)
    let report = try run.report(on: try run.select(try table.read(), split: "valid"), of: table)
    for _ in 0..<2 { try run.record(report, of: table) }

    let found = try RunLog(reading: run.folder.databasePath).evaluations()
    #expect(found.count == 1)
    let evaluation = try #require(found.first)
    #expect(
      evaluation.split == "valid" && evaluation.checkpoint == "best" && evaluation.items == 4
        && evaluation.table == table.path)
    func measure(_ name: String, _ className: String? = nil) -> EvaluationRecord.Measure? {
      evaluation.measures.first { $0.name == name && $0.className == className }
    }
    #expect(measure("loss")?.value == report.loss)
    let accuracy = report.classification.accuracy
    #expect(measure("accuracy")?.value == accuracy.value)
    #expect(measure("accuracy")?.low == accuracy.interval?.low && accuracy.interval != nil)
    #expect(measure("recall", "b")?.value == report.classification.classes[1].recall.value)
    #expect(
      measure("specificity", "b")?.high
        == report.operatingPoints[0].counts.specificity.interval?.high)

    let lines = try work.text("run/predictions/valid-best.csv").split(separator: "\n")
    #expect(lines.count == 5 && lines[0] == "file,label,predicted,p(a),p(b),patient")
    // Patients have pseudonyms, those of the record of the split, not the identifiers of the table.
    let patients = lines.dropFirst().map { $0.split(separator: ",").last ?? "" }
    #expect(patients[0] == patients[1] && patients[1] != patients[2] && patients[2] == patients[3])
    #expect(patients.allSatisfy { $0.count == 16 && $0.allSatisfy(\.isHexDigit) })
    let record = try CSVTable(contentsOf: work.file("run/split.csv"))
    #expect(
      record.rows.filter { $0["split"] == "valid" }.map { $0["patient"] ?? "" }
        == patients.map(String.init))
    let numbers = lines[1].split(separator: ",")
    #expect(numbers[4] == "\(report.predictions.probabilities[0][1])")
    for name in ["roc", "precision-recall", "reliability", "confusion-matrix"] {
      #expect(work.exists("run/figures/valid-best/\(name).png"))
    }
  }
}
