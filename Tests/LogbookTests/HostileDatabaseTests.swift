import Files
import Foundation
import GRDB
import Logbook
import Testing
import Training

@Suite("Databases that another program changed")
struct HostileDatabaseTests {
  /// A database of two epochs.
  private func database() throws -> (temporary: TemporaryPath, path: String) {
    let temporary = TemporaryPath()
    let run = try RunFolder(creating: temporary.path)
    let log = try RunLog(writing: run.databasePath)
    try log.begin(command: "train", version: "1")
    for epoch in 0..<2 {
      let row = Recorder.Row(
        epoch: epoch, trainLoss: 1, validLoss: 1, metrics: [("accuracy", 0.5)], seconds: 1)
      try log.record(
        row, epoch: epoch, steps: [], learningRate: 0.1, items: 1, peakMemory: 1)
    }
    try log.event("error", "the reason")
    try log.end(status: "failed")
    return (temporary, run.databasePath)
  }

  private func read(_ path: String) throws -> (
    epochs: [RunLog.Epoch], status: String?, reason: String?
  ) {
    let log = try RunLog(reading: path)
    return (try log.epochs(), try log.status(), try log.reason())
  }

  @Test("wrong types, missing tables and columns, views and newer versions are errors that say so")
  func changes() throws {
    let cases: [(sql: String, text: String)] = [
      (
        "update epochs set seconds = 'abc'",
        "\"seconds\" in the table \"epochs\" is \"abc\", but must be a number"
      ),
      (
        "update epochs set train_loss = x'00'",
        "\"train_loss\" in the table \"epochs\" is bytes, but must be a number"
      ),
      ("update metrics set value = 'x'", "\"value\" in the table \"metrics\" is \"x\""),
      ("update runs set status = x'FF'", "\"status\" in the table \"runs\" is bytes"),
      ("update events set message = x'FF'", "\"message\" in the table \"events\" is bytes"),
      (
        "alter table metrics rename to old; create table metrics (epoch, name, value);"
          + "insert into metrics values (null, 'a', 1)",
        "\"epoch\" in the table \"metrics\" is null, but must be a whole number"
      ),
      ("drop table epochs", "there is no table \"epochs\""),
      ("drop table runs", "there is no table \"runs\""),
      ("alter table epochs drop column seconds", "the table \"epochs\" has no column \"seconds\""),
      (
        "alter table epochs rename to old; create view epochs as with recursive "
          + "c(epoch) as (select 1 union all select epoch + 1 from c) "
          + "select epoch, 1 train_loss, 1 valid_loss, 1 seconds from c",
        "there is no table \"epochs\""
      ),
      (
        "insert into grdb_migrations values ('99: something')",
        "a newer version of Lightbox wrote this database (\"99: something\" is unknown)"
      ),
      ("update metrics set name = zeroblob(2000000)", "SQLite error 18"),
      (
        "with recursive n(i) as (select 0 union all select i + 1 from n where i < 2000) "
          + "insert into metrics select 7, 'm' || i, 1 from n", "it has more than 1000 metrics"
      ),
    ]
    for (sql, text) in cases {
      let (temporary, path) = try database()
      try DatabaseQueue(path: path).write { try $0.execute(sql: sql) }
      let error = #expect(throws: RunError.self, "\(sql)") { try read(path) }
      #expect(error?.description.contains(text) == true, "\(sql): \(String(describing: error))")
      #expect(error?.place.file == path)
      withExtendedLifetime(temporary) {}
    }
  }

  @Test("infinity is no number; triggers do not run")
  func infinite() throws {
    let (temporary, path) = try database()
    try DatabaseQueue(path: path).write {
      try $0.execute(
        sql: """
          update epochs set valid_loss = 9e999, seconds = -9e999;
          update metrics set value = 9e999;
          create trigger t after update on runs begin delete from epochs; end;
          """)
    }
    let found = try read(path)
    #expect(found.epochs.map(\.validLoss) == [nil, nil] && found.epochs.map(\.seconds) == [0, 0])
    #expect(found.epochs.map(\.metrics) == [[:], [:]])
    #expect(found.status == "failed" && found.reason == "the reason")
    withExtendedLifetime(temporary) {}
  }

  @Test("an empty file, or one without tables, is a run that has not come so far")
  func empty() throws {
    let temporary = TemporaryPath()
    try createFolder(temporary.path)
    let path = temporary.path + "/metrics.sqlite"
    try Data().write(to: URL(fileURLWithPath: path))
    #expect(try read(path).epochs.isEmpty && read(path).status == nil)
    try DatabaseQueue(path: path).write {
      try $0.execute(sql: "create table grdb_migrations (identifier text not null primary key)")
    }
    #expect(try read(path).epochs.isEmpty && read(path).reason == nil)
  }

  @Test("folders, pipes and locked databases are errors, not waits")
  func unusable() throws {
    let (temporary, path) = try database()
    let other = temporary.path + "/other"
    mkfifo(other, 0o600)
    #expect(throws: RunError.self) { try RunLog(reading: other) }
    #expect(throws: RunError.self) { try RunLog(reading: temporary.path) }
    mkfifo(path + "-wal", 0o600)
    #expect(throws: RunError.self) { try RunLog(reading: path) }
  }

  @Test("a database is read in a folder that cannot be written")
  func readOnlyFolder() async throws {
    let (temporary, path) = try database()
    chmod(temporary.path, 0o555)
    defer { chmod(temporary.path, 0o755) }
    await #expect(processExitsWith: .success) { [path = path as String] in
      // For root, permissions do not count.
      if getuid() == 0 { _ = setuid(65534) }
      let log = try RunLog(reading: path)
      #expect(try log.epochs().count == 2)
    }
    withExtendedLifetime(temporary) {}
  }
}
