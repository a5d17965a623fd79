import Files
import Foundation
import Testing
import Training

@Suite("CSVLogger")
struct CSVLoggerTests {
  private static let metrics = ["roc_auc", "a,b"]
  private static let header = "epoch,train_loss,valid_loss,roc_auc,\"a,b\",time\n"

  private func learner(_ callbacks: [any Callback], hasValidation: Bool = true) -> ScriptedLearner {
    let scripted = ScriptedLearner(
      metrics: Self.metrics, hasValidation: hasValidation, callbacks: callbacks)
    // Losses are float32 numbers, metrics double.
    scripted.script.set(
      train: (0..<20).map { Double($0) + 0.25 },
      valid: [
        "valid_loss": [0.1, 0.2, 0.3, 0.4], "roc_auc": [1.0 / 3, .nan, 0.5, 1],
        "a,b": [1, 2, 3, 4],
      ])
    return scripted
  }

  private func folder() throws -> String {
    let path = FileManager.default.temporaryDirectory.path + "/lightbox-\(UUID())"
    try createFolder(path)
    return path
  }

  private func text(_ path: String) throws -> String {
    try String(contentsOfFile: path, encoding: .utf8)
  }

  @Test("unrounded rows, each on disk when its epoch ends")
  func rows() throws {
    final class Reader: Callback {
      let order = 70
      let path: String
      var lines: [Int] = []
      init(_ path: String) { self.path = path }
      func afterEpoch(_ learner: Learner) throws {
        lines.append(try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").count)
      }
    }
    let folder = try folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/deep/history.csv"
    let reader = Reader(path)
    let scripted = learner([CSVLogger(path), reader])
    try scripted.learner.fit(2)
    #expect(reader.lines == [2, 3])
    let rows = scripted.learner.recorder.rows
    #expect(
      try text(path) == Self.header
        + "0,\(rows[0].trainLoss),0.10000000149011612,0.3333333333333333,1.0,00:00\n"
        + "1,\(rows[1].trainLoss),0.20000000298023224,nan,2.0,00:00\n")
    // A second fit of the same logger continues; another logger replaces or appends.
    try scripted.learner.fit(1)
    #expect(try text(path).split(separator: "\n").count == 4)
    try learner([CSVLogger(path)]).learner.fit(1)
    #expect(try text(path).split(separator: "\n").count == 2)
    try learner([CSVLogger(path, append: true)]).learner.fit(1)
    let found = try text(path)
    #expect(found.split(separator: "\n").count == 3 && found.hasPrefix(Self.header))
  }

  @Test("other columns have their own header; a missing line end is added")
  func append() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/history.csv"
    try "note".write(toFile: path, atomically: false, encoding: .utf8)
    try learner([CSVLogger(path, append: true)], hasValidation: false).learner.fit(1)
    let lines = try text(path).split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == 4 && lines[0] == "note" && lines[1] == "epoch,train_loss,time")
    #expect(lines[2].hasPrefix("0,0.2") && lines[2].hasSuffix(",00:00"))
  }

  private final class Taker: Callback {
    let order = 1000
    let logger: CSVLogger
    let epoch: Int
    var state: CallbackState?
    init(_ logger: CSVLogger, _ epoch: Int) { (self.logger, self.epoch) = (logger, epoch) }
    func beforeTrain(_ learner: Learner) throws {
      if epoch == -1, learner.epoch == 0 { state = try logger.state() }
    }
    func afterEpoch(_ learner: Learner) throws {
      if learner.epoch == epoch { state = try logger.state() }
    }
  }

  private final class Restorer: Callback {
    let order = 1000
    let logger: CSVLogger
    let state: CallbackState
    init(_ logger: CSVLogger, _ state: CallbackState) {
      (self.logger, self.state) = (logger, state)
    }
    func beforeFit(_ learner: Learner) throws { try logger.restore(state) }
  }

  @Test(
    "a resumed run has each row once, whatever happened to the file",
    arguments: [-1, 0, 2], ["kept", "lost", "torn", "appended to a history"])
  func resumed(epoch: Int, what: String) throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/history.csv"
    let appends = what.hasPrefix("appended")
    if appends { try learner([CSVLogger(path)]).learner.fit(2) }
    let logger = CSVLogger(path, append: appends)
    let taker = Taker(logger, epoch)
    // Runs behind the checkpoint, so rows behind it are in the file.
    try learner([logger, taker]).learner.fit(4)
    let whole = try text(path)
    #expect(whole.split(separator: "\n").count == (appends ? 7 : 5))
    if what == "lost" { try FileManager.default.removeItem(atPath: path) }
    if what == "torn" {
      try String(whole.dropLast(9)).write(toFile: path, atomically: false, encoding: .utf8)
    }
    let again = CSVLogger(path, append: appends)
    let restorer = Restorer(again, try #require(taker.state))
    try learner([again, restorer]).learner.fit(4, startEpoch: epoch + 1)
    // The recorder is not resumed here, so training losses differ.
    func columns(_ text: String) -> [String] {
      text.split(separator: "\n").map { line in
        let cells = line.split(separator: ",")
        return ([cells[0]] + cells.dropFirst(2)).joined(separator: ",")
      }
    }
    let found = try text(path)
    #expect(columns(found) == columns(whole))
  }

  @Test("a file that cannot be written ends the fit before it begins")
  func unwritable() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let scripted = learner([CSVLogger(folder)])
    let error = #expect(throws: FileError.self) { try scripted.learner.fit(1) }
    #expect(error?.description.contains("it cannot be written") == true)
    #expect(scripted.learner.totalSteps == 0)
  }
}
