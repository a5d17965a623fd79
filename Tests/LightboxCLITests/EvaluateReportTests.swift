import Foundation
import Testing

@Suite("Reports of evaluate")
struct EvaluateReportTests {
  @Test("figures, groups, text of at most 80 columns and JSON with intervals")
  func report() throws {
    let work = try Scratch()
    try work.train()
    let outcome = try work.lightbox([
      "evaluate", "run", "films", "--split", "all", "--figures", "out", "--subgroup", "label",
      "--positive", "a", "--threshold", "0.4", "--shortcuts",
    ])
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.errors.contains("figures and report in out"))
    #expect(outcome.errors.contains("shortcut"))
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= 80 }, "\(outcome.output)")
    #expect(lines.contains { $0.hasPrefix("by label: a, p >= 0.4") })
    #expect(lines.contains { $0.hasPrefix("* b") && $0.contains("–") })
    #expect(!outcome.output.contains("nan"))
    let files = try work.files("out")
    for name in [
      "confusion-matrix.png", "precision-recall.png", "reliability.png", "report.json",
      "report.txt", "roc.png", "top-losses.png",
    ] { #expect(files.contains(name), "\(name)") }

    let json = try work.lightbox(["evaluate", "run", "films", "--split", "all", "--json"])
    struct Answer: Decodable {
      struct Interval: Decodable { let low: Double, high: Double }
      struct Class: Decodable {
        let name: String, images: Int, recall: Double?, recallInterval: Interval?
      }
      let accuracy: Double, accuracyInterval: Interval, perClass: [Class]
    }
    let answer = try JSONDecoder().decode(Answer.self, from: Data(json.output.utf8))
    #expect(answer.perClass.map(\.name) == ["a", "b"])
    #expect(
      answer.accuracyInterval.low <= answer.accuracy
        && answer.accuracy <= answer.accuracyInterval.high)
    #expect(answer.perClass.allSatisfy { $0.recallInterval != nil })
  }

  @Test("a folder that cannot be made is an error that names it")
  func folder() throws {
    let work = try Scratch()
    try work.train()
    let outcome = try work.lightbox([
      "evaluate", "run", "films", "--figures", "films/0.dcm/out",
    ])
    #expect(outcome.code == 64 && outcome.errors.contains("films/0.dcm/out"), "\(outcome.errors)")
  }

  @Test("patients are no subgroups, so that a report does not name them")
  func patients() throws {
    let work = try Scratch()
    try work.train()
    let outcome = try work.lightbox(["evaluate", "run", "films", "--subgroup", "patient"])
    #expect(
      outcome.code == 64 && outcome.errors.contains("--subgroup patient: a group of one patient"),
      "\(outcome.errors)")
  }
}
