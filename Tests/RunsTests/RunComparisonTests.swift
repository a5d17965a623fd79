import Foundation
import Runs
import Testing
import Training

@Suite("Comparison of runs")
struct RunComparisonTests {
  private func listed(_ path: String) -> RunSummary.Listed {
    RunSummary.Listed(name: path, path: path)
  }

  @Test("settings that differ and the best epochs are side by side")
  func settings() throws {
    let runs = try RunFixture()
    let paths = [
      try runs.write("a", seed: 1, validLoss: [0.5, 0.25], auc: [0.5, 0.75]),
      try runs.write("b", seed: 2, validLoss: [0.5, 0.75], auc: [0.5]),
      try runs.write("c", seed: 1, validLoss: []),
    ]
    let found = RunComparison(paths.map(listed))
    #expect(found.settings.map(\.name) == ["run.seed"])
    #expect(found.settings[0].values == [.number(1), .number(2), .number(1)])
    #expect(found.results.map(\.name) == ["train_loss", "valid_loss", "roc_auc_score"])
    #expect(found.results[1].values == [.number(0.25), .number(0.5), nil])
    #expect(found.results[2].values == [.number(0.75), .number(0.5), nil])
    #expect(found.paired.isEmpty && found.unpaired.count == 3)
  }

  private func table(_ scores: [Double], labels: [String], patients: [String]? = nil) -> String {
    var text = "file,label,predicted,p(a),p(b)" + (patients == nil ? "\n" : ",patient\n")
    for (row, score) in scores.enumerated() {
      text += "\(row).png,\(labels[row]),\(score > 0.5 ? "b" : "a"),\(1 - score),\(score)"
      text += (patients.map { "," + $0[row] } ?? "") + "\n"
    }
    return text
  }

  @Test("stored predictions of the same items are compared in pairs, also by patient")
  func predictions() throws {
    let runs = try RunFixture()
    let paths = [
      try runs.write("a", validLoss: [0.5]), try runs.write("b", validLoss: [0.5]),
    ]
    let labels = (0..<40).map { $0 % 2 == 0 ? "a" : "b" }
    func scores(_ shift: Int) -> [Double] {
      (0..<40).map { item in
        let place = (item * 7 + item % 2 * shift) % 40
        return Double(place) / 40
      }
    }
    let (first, second) = (scores(9), scores(25))
    try runs.work.write(table(first, labels: labels), to: "a/predictions-test.csv")
    // One item less, and one with another label.
    var changed = labels
    changed[3] = "a"
    try runs.work.write(
      table(Array(second.dropLast()), labels: changed), to: "b/predictions-test.csv")
    let found = RunComparison(paths.map(listed))
    #expect(found.unpaired.isEmpty)
    let pair = try #require(found.paired.first?.comparison)
    #expect(pair.table == "predictions-test.csv" && pair.count == 38 && pair.unpaired == 3)
    #expect(pair.results.map(\.name) == ["accuracy", "roc_auc_score"] && pair.patients == nil)
    for result in pair.results {
      let difference = try #require(result.difference.value)
      #expect(abs(difference - (try #require(result.second) - #require(result.first))) < 1e-12)
      let interval = try #require(result.difference.interval)
      #expect(interval.low <= difference && difference <= interval.high)
    }
    #expect(pair.results[1].pValue != nil)

    let patients = (0..<40).map { "p\($0 / 4)" }
    for (name, scores) in [("a", first), ("b", second)] {
      try runs.work.write(
        table(scores, labels: labels, patients: patients), to: "\(name)/predictions-test.csv")
    }
    let clustered = try #require(RunComparison(paths.map(listed)).paired.first?.comparison)
    #expect(clustered.patients == 10 && clustered.results[1].difference.interval != nil)
    #expect(clustered.results[1].pValue == nil)
  }

  @Test("what cannot be compared in pairs is said")
  func missing() throws {
    let runs = try RunFixture()
    let paths = [
      try runs.write("a", validLoss: [0.5]), try runs.write("b", validLoss: [0.5]),
    ]
    func notes() -> [String] { RunComparison(paths.map(listed)).unpaired }
    try runs.work.write(table([0.1, 0.9], labels: ["a", "b"]), to: "a/predictions.csv")
    #expect(notes() == ["\(paths[1]) has no stored predictions"])
    for (text, note) in [
      ("file,label,p(a),p(c)\n0.png,a,0.5,0.5\n", "different classes"),
      ("file,label,p(a),p(b)\nx.png,a,0.5,0.5\n", "no items in common"),
      ("file,p(a),p(b)\n0.png,0.5,0.5\n", "no column \"label\""),
      ("file,label\n0.png,a\n", "no column \"p(CLASS)\""),
    ] {
      try runs.work.write(text, to: "b/predictions.csv")
      #expect(notes().first?.contains(note) == true, "\(notes())")
    }
  }
}
