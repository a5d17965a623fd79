import Foundation
import GRDB
public import Training

/// The database of one run: one writer, any number of readers.
///
/// The tables are described in `Docs/Logbook.md`. Each epoch is one transaction, so what a reader
/// finds after a crash is whole epochs.
public final class RunLog {
  private let database: DatabaseQueue
  private let path: String

  /// Opens a run's database to write, and makes its tables if they are not there.
  ///
  /// - Throws: `RunError` naming the file.
  public init(writing path: String) throws(RunError) {
    self.path = path
    do {
      var configuration = Configuration()
      configuration.journalMode = .wal
      configuration.busyMode = .timeout(5)
      database = try DatabaseQueue(path: path, configuration: configuration)
      try Schema.migrator.migrate(database)
    } catch {
      throw RunError("the database cannot be opened: \(error)", path: path)
    }
  }

  /// Opens a run's database to read; never in a writer's way.
  public init(reading path: String) throws(RunError) {
    self.path = path
    do {
      var configuration = Configuration()
      configuration.readonly = true
      configuration.busyMode = .timeout(5)
      database = try DatabaseQueue(path: path, configuration: configuration)
    } catch {
      throw RunError("the database cannot be read: \(error)", path: path)
    }
  }

  private func write(_ body: (Database) throws -> Void) throws(RunError) {
    do {
      try database.write(body)
    } catch {
      throw RunError("it cannot be written: \(error)", path: path)
    }
  }

  /// Notes that the run has begun.
  public func begin(command: String, version: String) throws(RunError) {
    try write { db in
      try db.execute(
        sql: "insert into runs (started_at, status, command, version) values (?, 'running', ?, ?)",
        arguments: [Date(), command, version])
    }
  }

  /// Notes how the run ended: "finished", "interrupted" or "failed".
  public func end(status: String) throws(RunError) {
    try write { db in
      try db.execute(
        sql: "update runs set status = ?, finished_at = ? where id = (select max(id) from runs)",
        arguments: [status, Date()])
    }
  }

  /// One training step.
  public struct Step: Sendable, Equatable {
    /// Training batches so far.
    public let step: Int
    /// The batch's loss.
    public let loss: Double
    /// Rate of the last parameter group.
    public let learningRate: Double

    /// Makes a step.
    public init(step: Int, loss: Double, learningRate: Double) {
      self.step = step
      self.loss = loss
      self.learningRate = learningRate
    }
  }

  /// Writes an epoch, its metrics and its steps, all or nothing.
  public func record(
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
          items,
          peakMemory, Date(),
        ])
      for metric in row.metrics {
        try db.execute(
          sql: "insert or replace into metrics (epoch, name, value) values (?, ?, ?)",
          arguments: [epoch, metric.name, finite(metric.value)])
      }
      for step in steps {
        try db.execute(
          sql:
            "insert or replace into steps (step, epoch, loss, learning_rate) values (?, ?, ?, ?)",
          arguments: [step.step, epoch, finite(step.loss), step.learningRate])
      }
    }
  }

  /// Writes something that happened.
  public func event(_ kind: String, _ message: String) throws(RunError) {
    try write { db in
      try db.execute(
        sql: "insert into events (at, kind, message) values (?, ?, ?)",
        arguments: [Date(), kind, message])
    }
  }

  /// Notes a file that the run made; its path is relative to the run's folder.
  public func artifact(_ kind: String, path: String) throws(RunError) {
    try write { db in
      try db.execute(
        sql: "insert or replace into artifacts (path, kind, created_at) values (?, ?, ?)",
        arguments: [path, kind, Date()])
    }
  }

  /// An epoch as it was recorded.
  public struct Epoch: Sendable, Equatable, Codable {
    /// Counted from 0, over all fits of the run.
    public let epoch: Int
    /// Smoothed training loss.
    public let trainLoss: Double?
    /// Validation loss.
    public let validLoss: Double?
    /// Seconds.
    public let seconds: Double
    /// By name.
    public let metrics: [String: Double]
  }

  /// All epochs, in order.
  public func epochs() throws(RunError) -> [Epoch] {
    do {
      return try database.read { db in
        var metrics: [Int: [String: Double]] = [:]
        for row in try GRDB.Row.fetchAll(db, sql: "select epoch, name, value from metrics") {
          metrics[row["epoch"], default: [:]][row["name"]] = row["value"]
        }
        return try GRDB.Row.fetchAll(db, sql: "select * from epochs order by epoch").map { row in
          Epoch(
            epoch: row["epoch"], trainLoss: row["train_loss"], validLoss: row["valid_loss"],
            seconds: row["seconds"], metrics: metrics[row["epoch"]] ?? [:])
        }
      }
    } catch {
      throw RunError("it cannot be read: \(error)", path: path)
    }
  }

  /// Status of the last run in this folder: running, finished, interrupted or failed; nil if none began.
  ///
  /// A run that was killed says "running".
  public func status() throws(RunError) -> String? {
    do {
      return try database.read { db in
        try String.fetchOne(db, sql: "select status from runs order by id desc limit 1")
      }
    } catch {
      throw RunError("it cannot be read: \(error)", path: path)
    }
  }

  private func finite(_ value: Double) -> Double? { value.isFinite ? value : nil }
}
