import Files
import Foundation
import Logbook
import Runs
import Testing

@Suite("Lists of runs")
struct RunListTests {
  private func fixture() throws -> RunFixture {
    let runs = try RunFixture()
    try runs.write("all/b", seed: 1, validLoss: [0.5, 0.3, 0.4], auc: [0.7, 0.8, 0.9])
    try runs.write("all/deep/er/a", seed: 2, validLoss: [0.2, .nan], auc: [0.6, 0.65])
    try runs.write(
      "all/c", seed: 10, validLoss: [.nan, .nan], auc: [.nan, .nan], status: "failed")
    try runs.write("all/d", seed: 3, validLoss: [], status: "running")
    return runs
  }

  @Test(
    "runs of nested folders are sorted by name, by settings and by metrics; missing values come last"
  )
  func sorting() throws {
    let runs = try fixture()
    var list = try RunList([runs.work.file("all")])
    #expect(list.runs.map(\.name) == ["b", "c", "d", "deep/er/a"] && list.errors.isEmpty)
    #expect(list.valueNames == ["train_loss", "valid_loss", "roc_auc_score"])
    #expect(list.runs.map { $0.bestEpoch?.epoch } == [1, nil, nil, 0])
    func names(_ column: String, reversed: Bool = false) throws -> [String] {
      list = try RunList([runs.work.file("all")])
      try list.sort(by: column, isReversed: reversed)
      return list.runs.map(\.name)
    }
    #expect(try names("run") == ["b", "c", "d", "deep/er/a"])
    #expect(try names("seed") == ["b", "deep/er/a", "d", "c"])
    #expect(try names("valid_loss") == ["deep/er/a", "b", "c", "d"])
    #expect(try names("valid_loss", reversed: true) == ["b", "deep/er/a", "c", "d"])
    // Best first, so the highest.
    #expect(try names("roc_auc_score").prefix(2) == ["b", "deep/er/a"])
    #expect(try names("epochs") == ["d", "c", "deep/er/a", "b"])
    #expect(try names("status") == ["d", "c", "b", "deep/er/a"])
    for column in RunSummary.Listed.ownColumns { _ = try names(column) }
    let error = #expect(throws: RunQueryError.self) { try list.sort(by: "valid_los") }
    #expect(
      error?.description
        == "no run has a value of \"valid_los\"; did you mean \"valid_loss\"?")
  }

  @Test("runs are filtered by status, settings and columns, as numbers where they are")
  func filters() throws {
    let runs = try fixture()
    func names(_ column: String, _ values: [String]) throws -> [String] {
      var list = try RunList([runs.work.file("all")])
      try list.filter(column, isOneOf: values)
      return list.runs.map(\.name)
    }
    #expect(try names("status", ["failed", "died"]) == ["c", "d"])
    #expect(try names("architecture", ["ResNet20"]).count == 4)
    #expect(try names("architecture", ["resnet18"]).isEmpty)
    #expect(try names("seed", ["1.0", "3"]) == ["b", "d"])
    #expect(try names("batch-size", ["4"]).count == 4)
    #expect(try names("BATCH_SIZE", ["8"]).isEmpty)
    #expect(try names("pipeline.Resize.height", ["32"]).count == 4)
    #expect(try names("tags", ["x"]).isEmpty)
    #expect(throws: RunQueryError.self) { try names("sede", ["1"]) }
  }

  @Test("the best run and epoch of a value are found over all epochs; no value is an error")
  func best() throws {
    let runs = try fixture()
    let list = try RunList([runs.work.file("all")])
    let auc = try list.best(by: "roc_auc_score")
    #expect(auc.run.name == "b" && auc.epoch.epoch == 2 && auc.value == 0.9)
    // The checkpoint is that of the monitored loss.
    #expect(auc.run.bestEpoch?.epoch == 1)
    let monitored = try list.best(by: nil)
    #expect(monitored.name == "valid_loss" && monitored.run.name == "deep/er/a")
    #expect(try list.best(by: "valid_loss", prefersLess: false).value == 0.5)
    #expect(throws: RunQueryError.self) { try list.best(by: "accuracy") }
  }

  @Test(
    "tables for other programs have all settings and digits, and blanks or null for what is missing"
  )
  func exports() throws {
    let runs = try fixture()
    let list = try RunList([runs.work.file("all")])
    func rows(_ kind: RunExport.Rows) -> (columns: [String], csv: [String], json: [String]) {
      let export = RunExport(list, rows: kind)
      var (csv, json): ([String], [String]) = ([], [])
      let errors = export.forEachRow {
        #expect($0.count == export.columns.count)
        csv.append(RunExport.csv($0))
        json.append(export.json($0))
      }
      #expect(errors.isEmpty)
      return (export.columns, csv, json)
    }
    let whole = rows(.runs)
    #expect(whole.csv.count == 4)
    for name in ["best_valid_loss", "last_roc_auc_score", "run.seed", "data.train", "model.arch"] {
      #expect(whole.columns.contains(name), "\(name)")
    }
    #expect(Set(whole.columns).count == whole.columns.count)
    #expect(!(whole.csv + whole.json).contains { $0.lowercased().contains("nan") })
    for line in whole.json {
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      #expect(object?.count == whole.columns.count)
    }
    let first = try #require(
      JSONSerialization.jsonObject(with: Data(whole.json[0].utf8)) as? [String: Any])
    #expect(first["run"] as? String == "b" && first["run.seed"] as? Int == 1)
    #expect(
      first["best_valid_loss"] as? Double == 0.3 && first["last_valid_loss"] as? Double == 0.4)
    #expect(first["model.weights"] == nil || first["model.weights"] is NSNull)

    let epochs = rows(.epochs)
    #expect(epochs.csv.count == 7)
    #expect(epochs.csv[1].hasSuffix(",1,true,0.15,0.3,0.8,1\n"))
    #expect(epochs.csv[3].hasSuffix(",0,false,,,,1\n"))
    let steps = rows(.steps)
    #expect(steps.csv.count == 14 && steps.csv[1].hasSuffix(",1,8,0.01\n"))
  }

  @Test("reading changes no file, and needs no right to write")
  func readOnly() throws {
    let runs = try fixture()
    let root = runs.work.file("all")
    func tree() throws -> [String] {
      try FileManager.default.subpathsOfDirectory(atPath: root).sorted()
    }
    let before = try tree()
    _ = try RunList([root])
    #expect(try tree() == before)
  }

  @Test("a run that cannot be read is listed with its error; a folder without runs is an error")
  func unreadable() throws {
    let runs = try fixture()
    try FileManager.default.createDirectory(
      atPath: runs.work.file("all/x"), withIntermediateDirectories: true)
    try runs.work.write("{", to: "all/x/run.json")
    var list = try RunList([runs.work.file("all")])
    #expect(list.errors.count == 1 && list.runs.last?.status == "unreadable")
    try list.sort(by: "valid_loss")
    #expect(list.runs.last?.name == "x")
    let empty = runs.work.file("none")
    try FileManager.default.createDirectory(atPath: empty, withIntermediateDirectories: true)
    #expect(throws: RunError.self) { try RunList([empty]) }
  }
}
