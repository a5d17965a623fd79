import DataBlocks
import Files
import Foundation
import GRDB
import Layers
import Logbook
import Tensors
import Testing
import Training

@Suite("The database of a run")
struct RunLogTests {
  private func folder() throws -> (temporary: TemporaryPath, run: RunFolder) {
    let temporary = TemporaryPath()
    return (temporary, try RunFolder(creating: temporary.path))
  }

  private func row(_ epoch: Int, loss: Double, valid: Double?, metric: Double) throws
    -> Recorder.Row
  {
    Recorder.Row(
      epoch: epoch, trainLoss: loss, validLoss: valid, metrics: [("accuracy", metric)], seconds: 2)
  }

  @Test("two fits: epochs, metrics, steps and notes are recorded and read back")
  func training() throws {
    let (temporary, run) = try folder()
    let log = try RunLog(writing: run.databasePath)
    try log.begin(command: "train", version: "1.2.3")
    let learner = smallLearner(callbacks: [LogbookCallback(run, log)])
    try learner.fit(2, learningRate: 0.01)
    try learner.fit(1, learningRate: 0.02)
    try learner.note("skipped", "one file")
    try log.artifact("figure", path: "figures/loss.png")
    try log.end(status: "finished")

    let reader = try RunLog(reading: run.databasePath)
    let (epochs, rows) = (try reader.epochs(), learner.recorder.rows)
    #expect(epochs.map(\.epoch) == [0, 1, 2] && rows.map(\.epoch) == [0, 1, 0])
    #expect(epochs.map(\.trainLoss) == rows.map(\.trainLoss))
    #expect(epochs.map(\.validLoss) == rows.map(\.validLoss))
    #expect(epochs.map { $0.metrics["accuracy"] } == rows.map { $0.value(of: "accuracy") })
    #expect(epochs.map(\.seconds) == rows.map(\.seconds))
    #expect(try reader.status() == "finished")
    let path = run.databasePath
    #expect(try column(path, "select command || ' ' || version from runs") == ["train 1.2.3"])
    #expect(try column(path, "select finished_at >= started_at from runs") == ["1"])
    #expect(
      try column(path, "select step from steps order by step") == ["0", "1", "2", "3", "4", "5"])
    #expect(
      try column(path, "select epoch from steps order by step") == ["0", "0", "1", "1", "2", "2"])
    #expect(
      try column(path, "select learning_rate from epochs order by epoch") == [
        "0.01", "0.01", "0.02",
      ])
    #expect(try column(path, "select distinct items from epochs") == ["8"])
    #expect(try column(path, "select min(peak_memory) > 0 from epochs") == ["1"])
    #expect(try column(path, "select kind || ': ' || message from events") == ["skipped: one file"])
    #expect(
      try column(path, "select kind || ': ' || path from artifacts") == ["figure: figures/loss.png"]
    )
    #expect(run.checkpoints == ["last"])
    withExtendedLifetime(temporary) {}
  }

  @Test("NaN and infinity are stored as null")
  func notFinite() throws {
    let (temporary, run) = try folder()
    let log = try RunLog(writing: run.databasePath)
    let steps = [Double.nan, .infinity, 0.5].enumerated().map {
      RunLog.Step(step: $0, loss: $1, learningRate: 0.1)
    }
    try log.record(
      row(0, loss: .nan, valid: -.infinity, metric: .nan), epoch: 0, steps: steps,
      learningRate: 0.1, items: 3, peakMemory: 1)
    let epoch = try #require(try log.epochs().first)
    #expect(epoch.trainLoss == nil && epoch.validLoss == nil && epoch.metrics == [:])
    let path = run.databasePath
    #expect(try column(path, "select loss from steps order by step") == [nil, nil, "0.5"])
    #expect(try column(path, "select value from metrics") == [nil])
    withExtendedLifetime(temporary) {}
  }

  @Test("an epoch that cannot be written completely is not written at all")
  func oneTransaction() throws {
    let (temporary, run) = try folder()
    let log = try RunLog(writing: run.databasePath)
    let step = [RunLog.Step(step: 0, loss: 1, learningRate: 0.1)]
    try log.record(
      row(0, loss: 1, valid: 1, metric: 1), epoch: 0, steps: step, learningRate: 0.1, items: 1,
      peakMemory: 1)
    try DatabaseQueue(path: run.databasePath).write {
      try $0.execute(sql: "alter table steps rename to elsewhere")
    }
    let error = #expect(throws: RunError.self) {
      try log.record(
        row(1, loss: 1, valid: 1, metric: 1), epoch: 1, steps: step, learningRate: 0.1, items: 1,
        peakMemory: 1)
    }
    #expect(
      error?.description == "\(run.databasePath): SQLite error 1: no such table: steps",
      "\(String(describing: error))")
    #expect(try log.epochs().map(\.epoch) == [0])
    #expect(try column(run.databasePath, "select epoch from metrics") == ["0"])
    withExtendedLifetime(temporary) {}
  }

  @Test("a reader sees complete epochs while a writer has the database open")
  func readerWhileWriter() throws {
    let (temporary, run) = try folder()
    let log = try RunLog(writing: run.databasePath)
    try log.begin(command: "train", version: "1")
    let reader = try RunLog(reading: run.databasePath)
    #expect(try reader.epochs().isEmpty)
    for epoch in 0..<3 {
      try log.record(
        row(epoch, loss: 1, valid: nil, metric: 1), epoch: epoch, steps: [], learningRate: 0.1,
        items: 1, peakMemory: 1)
      #expect(try reader.epochs().map(\.epoch) == Array(0...epoch))
      #expect(try reader.status() == "running")
    }
    #expect(throws: RunError.self) { try reader.end(status: "finished") }
    #expect(try log.status() == "running")
    withExtendedLifetime(temporary) {}
  }

  @Test("a killed process leaves complete epochs and the status running")
  func killed() async throws {
    let (temporary, run) = try folder()
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = run.path as String] in
      final class Killer: Callback {
        let order = 70
        func beforeBatch(_ learner: Learner) throws {
          if learner.isTraining, learner.totalSteps == 5 { kill(getpid(), SIGKILL) }
        }
      }
      try Data("{}".utf8).write(to: URL(fileURLWithPath: path + "/run.json"))
      let run = try RunFolder(opening: path)
      let log = try RunLog(writing: run.databasePath)
      try log.begin(command: "train", version: "1")
      try smallLearner(callbacks: [LogbookCallback(run, log), Killer()]).fit(4)
    }
    let reader = try RunLog(reading: run.databasePath)
    #expect(try reader.status() == "running")
    #expect(try reader.epochs().map(\.epoch) == [0, 1])
    #expect(try column(run.databasePath, "select max(step) from steps") == ["3"])
    try run.load("last", into: smallLearner(seed: 2), withOptimizer: true)
    // Another process can continue in the same database.
    let log = try RunLog(writing: run.databasePath)
    try log.begin(command: "train", version: "1")
    let learner = smallLearner(callbacks: [LogbookCallback(run, log, epochs: 2)])
    try run.load("last", into: learner, withOptimizer: true)
    try learner.fit(4, startEpoch: 2)
    #expect(try log.epochs().map(\.epoch) == [0, 1, 2, 3])
    withExtendedLifetime(temporary) {}
  }

  @Test("databases of older versions are migrated and keep their rows")
  func migration() throws {
    // The tables of version 1 of the schema, with either spelling of the last one.
    for table in ["artefacts", "artifacts"] {
      let (temporary, run) = try folder()
      try DatabaseQueue(path: run.databasePath).write {
        try $0.execute(
          sql: """
            create table grdb_migrations (identifier text not null primary key);
            insert into grdb_migrations values ('1');
            create table runs (
              id integer primary key, started_at text not null, finished_at text,
              status text not null, command text not null, version text not null);
            create table epochs (
              epoch integer primary key, train_loss real, valid_loss real, seconds real not null,
              learning_rate real not null, items integer not null, peak_memory integer not null,
              recorded_at text not null);
            create table metrics (
              epoch integer not null, name text not null, value real, primary key (epoch, name));
            create table steps (
              step integer primary key, epoch integer not null, loss real,
              learning_rate real not null);
            create table events (
              id integer primary key, at text not null, kind text not null,
              message text not null);
            create table \(table) (
              path text primary key, kind text not null, created_at text not null);
            insert into runs values (1, '2026-11-01', null, 'running', 'train', '0.1');
            insert into epochs values (0, 0.5, 0.4, 2.0, 0.001, 8, 100, '2026-11-01');
            insert into metrics values (0, 'accuracy', 0.75);
            insert into \(table) values ('figures/old.png', 'figure', '2026-11-01');
            """)
      }
      let reader = try RunLog(reading: run.databasePath)
      #expect(try reader.epochs().map(\.metrics) == [["accuracy": 0.75]])
      let log = try RunLog(writing: run.databasePath)
      try log.artifact("figure", path: "figures/new.png")
      #expect(
        try column(run.databasePath, "select path from artifacts order by path")
          == ["figures/new.png", "figures/old.png"])
      #expect(
        try column(run.databasePath, "select name from sqlite_master where name = 'artefacts'")
          == [])
      #expect(try log.epochs().map(\.validLoss) == [0.4] && log.status() == "running")
      withExtendedLifetime(temporary) {}
    }
  }

  @Test("a file that is not a database is an error that names it")
  func notADatabase() throws {
    let (temporary, run) = try folder()
    try Data(repeating: 65, count: 5000).write(to: URL(fileURLWithPath: run.databasePath))
    for open in [{ try RunLog(writing: $0) }, { try RunLog(reading: $0) }] {
      let error = #expect(throws: RunError.self) { _ = try open(run.databasePath).status() }
      #expect(error?.place.file == run.databasePath)
      guard case .database(code: 26, _) = error?.reason else {
        Issue.record("\(String(describing: error))")
        continue
      }
    }
    #expect(throws: RunError.self) { try RunLog(reading: temporary.path + "/none.sqlite") }
  }
}
