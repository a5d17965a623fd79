import Foundation
import GRDB
import Logbook
import Testing
import Training

@Suite("Reading a run's database")
struct ReadingTests {
  private func row(_ epoch: Int, _ loss: Double = 1) -> Recorder.Row {
    Recorder.Row(
      epoch: epoch, trainLoss: loss, validLoss: loss, metrics: [("accuracy", 0.5)], seconds: 1)
  }

  private func record(_ log: RunLog, _ epoch: Int, _ loss: Double = 1) throws {
    let steps = (0..<3).map { RunLog.Step(step: epoch * 3 + $0, loss: loss, learningRate: 0.1) }
    try log.record(
      row(epoch, loss), epoch: epoch, steps: steps, learningRate: 0.1, items: 6, peakMemory: 1)
  }

  private func files(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  @Test(
    "a database that nobody writes to is read without leaving files, whatever its path",
    arguments: ["a", "a b", "50%25", "what?x=1#y", "/twice", "ä"])
  func quiet(name: String) throws {
    let temporary = TemporaryPath()
    let path = "\(temporary.path)/\(name)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    do {
      let log = try RunLog(writing: path + "/metrics.sqlite")
      try log.begin(command: "train", version: "1")
      for epoch in 0..<2 { try record(log, epoch) }
      try log.end(status: "finished")
    }
    #expect(try files(path) == ["metrics.sqlite"])
    let content = try RunLog(reading: path + "/metrics.sqlite").content()
    #expect(content.epochs.map(\.epoch) == [0, 1] && content.stepCount == 6)
    #expect(content.processes.map(\.status) == ["finished"] && content.reason == nil)
    #expect(try files(path) == ["metrics.sqlite"])
    chmod(path, 0o555)
    defer { chmod(path, 0o755) }
    #expect(try RunLog(reading: path + "/metrics.sqlite").epochs().count == 2)
  }

  @Test("what a writer adds is seen, also by a reader that was opened before it")
  func writerComes() throws {
    let temporary = TemporaryPath()
    try FileManager.default.createDirectory(
      atPath: temporary.path, withIntermediateDirectories: true)
    let path = temporary.path + "/metrics.sqlite"
    do { try record(try RunLog(writing: path), 0) }
    let early = try RunLog(reading: path)
    #expect(try early.epochs().count == 1)
    let log = try RunLog(writing: path)
    for epoch in 1..<4 {
      try record(log, epoch)
      #expect(try early.epochs().count == epoch + 1)
      #expect(try RunLog(reading: path).epochs().count == epoch + 1)
      #expect(try early.steps().count == 3 * (epoch + 1))
    }
  }

  @Test("readers always see whole epochs while a writer is active")
  func concurrent() async throws {
    let temporary = TemporaryPath()
    try FileManager.default.createDirectory(
      atPath: temporary.path, withIntermediateDirectories: true)
    let path = temporary.path + "/metrics.sqlite"
    do { try record(try RunLog(writing: path), 0) }
    async let written: Void = {
      // Opened and closed in between, so that the log comes and goes.
      for part in 0..<10 {
        let log = try RunLog(writing: path)
        for epoch in 0..<20 { try self.record(log, 1 + part * 20 + epoch, Double(part)) }
      }
    }()
    var last = 0
    while last < 201 {
      let content = try RunLog(reading: path).content()
      #expect(content.epochs.map(\.epoch) == Array(0..<content.epochs.count))
      #expect(content.stepCount == 3 * content.epochs.count)
      #expect(content.epochs.count >= last)
      last = content.epochs.count
    }
    try await written
  }
}
