import Files
import Foundation
import GRDB
import GRDBSQLite
package import Training

/// The database of a run: one writer, any number of readers.
///
/// `Docs/Database.md` describes the tables. Each epoch is one transaction, so a reader never sees a part
/// of one.
public final class RunLog: Sendable {
  let database: DatabaseQueue
  let path: String
  private let copy: DatabaseCopy?
  /// The state of the file if no process had it open, so that it is read without locks and without files beside it.
  let quiet: QuietDatabase?

  /// Opens a run's database for writing; creates or migrates its tables.
  ///
  /// - Parameter path: Usually `RunFolder.databasePath`.
  /// - Throws: `RunError` if SQLite cannot open the file.
  public init(writing path: String) throws(RunError) {
    self.path = path
    var configuration = Configuration()
    configuration.journalMode = .wal
    configuration.busyMode = .timeout(5)
    do {
      database = try DatabaseQueue(path: path, configuration: configuration)
      try database.read(Schema.checkVersion)
      try Schema.migrator.migrate(database)
    } catch let error as RunError {
      throw error.at(path)
    } catch {
      throw RunError(error, path: path)
    }
    copy = nil
    quiet = nil
  }

  /// Opens a run's database for reading, also while another process writes.
  ///
  /// The file may come from anybody: its schema is not trusted, and its values are limited in size.
  ///
  /// - Throws: `RunError` if SQLite cannot open the file.
  package init(reading path: String) throws(RunError) {
    self.path = path
    do {
      try Self.checkFile(path)
      if let quiet = QuietDatabase(path), let database = try? Self.reader(quiet.address) {
        self.database = database
        self.quiet = quiet
        copy = nil
        return
      }
      quiet = nil
      do {
        database = try Self.reader(path)
        copy = nil
      } catch let error as DatabaseError
        where [.SQLITE_CANTOPEN, .SQLITE_READONLY].contains(error.resultCode)
      {
        // SQLite needs a file beside one in WAL mode, which a read-only folder does not take.
        let copy = try DatabaseCopy(of: path)
        database = try Self.reader(copy.path)
        self.copy = copy
      }
    } catch let error as RunError {
      throw error
    } catch let error as FileError {
      throw RunError(.invalidDatabase(error.problem), path: path)
    } catch {
      throw RunError(error, path: path)
    }
  }

  private static let maximumValueBytes: Int32 = 1 << 20

  static func reader(_ path: String) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.readonly = true
    configuration.busyMode = .timeout(5)
    configuration.prepareDatabase { db in
      sqlite3_limit(db.sqliteConnection, SQLITE_LIMIT_LENGTH, maximumValueBytes)
      try db.execute(sql: "pragma trusted_schema = off")
    }
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    // The file is read on the first access.
    _ = try queue.read { try Row.fetchOne($0, sql: "select 1 from sqlite_master limit 1") }
    return queue
  }

  /// SQLite would wait for the writer of a pipe.
  private static func checkFile(_ path: String) throws {
    for file in [path, path + "-wal"] {
      var status = stat()
      guard stat(file, &status) == 0 else {
        if file == path { throw FileError(.unreadable(errno: errno), path: path) }
        continue
      }
      guard status.st_mode & S_IFMT == S_IFREG else { throw FileError(.notAFile, path: file) }
    }
  }

  func write(_ body: (Database) throws -> Void) throws(RunError) {
    do {
      try database.write(body)
    } catch {
      throw RunError(error, path: path)
    }
  }

  /// Records the start of a process that trains the run, with the status "running".
  ///
  /// An earlier process that is still recorded as running was killed: its status becomes "died".
  ///
  /// - Parameters:
  ///   - command: The command, such as "train".
  ///   - version: The version of Lightbox.
  ///   - process: What else is known of the process.
  ///   - firstStep: Number of training steps of earlier processes.
  /// - Throws: `RunError` if SQLite cannot write.
  public func begin(
    command: String, version: String, process: ProcessRecord = ProcessRecord(), firstStep: Int = 0
  ) throws(RunError) {
    try write { db in
      try db.execute(sql: "update runs set status = 'died' where status = 'running'")
      try db.execute(
        sql: """
          insert into runs (started_at, status, command, version, arguments, folder, git, host,
            processor, threads, system, first_step)
          values (?, 'running', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          Date(), command, version, process.arguments, process.folder, process.git, process.host,
          process.processor, process.threads, process.system, firstStep,
        ])
    }
  }

  /// Records the end of the run that began last.
  ///
  /// - Parameter status: "finished", "failed" or "interrupted".
  /// - Throws: `RunError` if SQLite cannot write.
  public func end(status: String) throws(RunError) {
    try write { db in
      try db.execute(
        sql: "update runs set status = ?, finished_at = ? where id = (select max(id) from runs)",
        arguments: [status, Date()])
    }
  }

  /// A training step.
  package struct Step: Sendable, Equatable {
    /// Number of training batches before this one, over all fits.
    package let step: Int
    /// Loss of the batch.
    package let loss: Double
    /// Learning rate of the last parameter group.
    package let learningRate: Double

    package init(step: Int, loss: Double, learningRate: Double) {
      self.step = step
      self.loss = loss
      self.learningRate = learningRate
    }
  }

  /// Records an epoch with its metrics and steps in one transaction.
  ///
  /// NaN and infinity are stored as null.
  package func record(
    _ row: Recorder.Row, epoch: Int, steps: [Step], learningRate: Double, items: Int,
    peakMemory: Int
  ) throws(RunError) {
    try write { db in
      try db.execute(
        sql: """
          insert or replace into epochs
          (epoch, train_loss, valid_loss, seconds, learning_rate, items, peak_memory, recorded_at)
          values (?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          epoch, finite(row.trainLoss), row.validLoss.flatMap(finite), row.seconds, learningRate,
          items, peakMemory, Date(),
        ])
      for metric in row.metrics {
        try db.execute(
          sql: "insert or replace into metrics (epoch, name, value) values (?, ?, ?)",
          arguments: [epoch, metric.name, finite(metric.value)])
      }
      try insert(steps, epoch: epoch, db)
    }
  }

  /// Records steps of an epoch that has not ended.
  package func record(_ steps: [Step], epoch: Int) throws(RunError) {
    try write { db in try insert(steps, epoch: epoch, db) }
  }

  private func insert(_ steps: [Step], epoch: Int, _ db: Database) throws {
    for step in steps {
      try db.execute(
        sql: "insert or replace into steps (step, epoch, loss, learning_rate) values (?, ?, ?, ?)",
        arguments: [step.step, epoch, finite(step.loss), step.learningRate])
    }
  }

  /// Removes what was recorded after a state of the training, since it will be recorded again.
  ///
  /// - Parameters:
  ///   - steps: Number of training batches up to the state.
  ///   - epochs: Number of epochs that had ended.
  ///   - events: The last event before the state.
  /// - Throws: `RunError` if SQLite cannot write.
  package func removeAfter(steps: Int, epochs: Int, events: Int) throws(RunError) {
    try write { db in
      // What happened to the process stays.
      try db.execute(
        sql: "delete from events where id > ? and kind not in ('error', 'interrupted', 'resumed')",
        arguments: [events])
      try db.execute(sql: "delete from steps where step >= ?", arguments: [steps])
      try db.execute(sql: "delete from epochs where epoch >= ?", arguments: [epochs])
      try db.execute(sql: "delete from metrics where epoch >= ?", arguments: [epochs])
    }
  }

  /// Number of the last event; 0 if there is none.
  package var lastEvent: Int {
    get throws(RunError) {
      try read { try Int.fetchOne($0, sql: "select max(id) from events") ?? 0 }
    }
  }

  /// Records an event; see `Docs/Database.md` for the kinds.
  package func event(_ kind: String, _ message: String) throws(RunError) {
    try write { db in
      try db.execute(
        sql: "insert into events (at, kind, message) values (?, ?, ?)",
        arguments: [Date(), kind, message])
    }
  }

  /// Records a file that the run created; `path` is relative to the run's folder, `kind` one of those in
  /// `Docs/Database.md`.
  package func artifact(_ kind: String, path: String) throws(RunError) {
    try write { db in
      try db.execute(
        sql: "insert or replace into artifacts (path, kind, created_at) values (?, ?, ?)",
        arguments: [path, kind, Date()])
    }
  }

  func finite(_ value: Double) -> Double? { value.isFinite ? value : nil }
}

extension RunError {
  /// Wraps an error of GRDB.
  init(_ error: any Error, path: String) {
    let error = error as? DatabaseError
    self.init(
      .database(
        code: Int(error?.resultCode.rawValue ?? 1), message: error?.message ?? "unknown error"),
      path: path)
  }
}
