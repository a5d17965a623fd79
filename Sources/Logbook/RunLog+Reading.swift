import Foundation
import GRDB

extension RunLog {
  /// A recorded epoch.
  public struct Epoch: Sendable, Equatable, Codable {
    /// Number of the epoch, from 0, over all fits of the run.
    public let epoch: Int
    /// Smoothed training loss; nil if it was not finite.
    public let trainLoss: Double?
    /// Validation loss; nil without validation or if it was not finite.
    public let validLoss: Double?
    /// Duration of the epoch in seconds.
    public let seconds: Double
    /// Finite metrics by name.
    public let metrics: [String: Double]
  }

  /// Everything but the single steps.
  package struct Content: Sendable {
    /// The epochs, in order.
    package var epochs: [Epoch] = []
    /// The processes that trained the run, in order.
    package var processes: [TrainingProcess] = []
    /// Why the last process failed or was interrupted; nil if none did, or does not say.
    package var reason: String?
    /// Number of training steps.
    package var stepCount = 0

    /// The content of a database without tables.
    package init() {}

    init(
      epochs: [Epoch], processes: [TrainingProcess], reason: String?, stepCount: Int
    ) {
      self.epochs = epochs
      self.processes = processes
      self.reason = reason
      self.stepCount = stepCount
    }
  }

  /// Reads everything but the single steps, of one moment.
  package func content() throws(RunError) -> Content {
    try read { db in
      guard try db.hasTables else { return Content() }
      return Content(
        epochs: try Self.epochs(db), processes: try Self.processes(db),
        reason: try Self.reason(db), stepCount: try Self.stepCount(db))
    }
  }

  /// Reads all epochs, in order.
  package func epochs() throws(RunError) -> [Epoch] {
    try read { db in try db.hasTables ? Self.epochs(db) : [] }
  }

  private static func epochs(_ db: Database) throws -> [Epoch] {
    var metrics: [Int: [String: Double]] = [:]
    var names: Set<String> = []
    let values = try CheckedTable(db, "metrics", ["epoch", "name", "value"])
    try values.forEachRow(db) { row in
      let (epoch, name) = (try row.integer(0), try row.text(1))
      metrics[epoch, default: [:]][name] = try row.number(2)
      names.insert(name)
      guard names.count <= RunLog.maximumMetrics else {
        throw RunError(
          .invalidDatabase("it has more than \(RunLog.maximumMetrics) metrics"), path: "")
      }
    }
    let table = try CheckedTable(
      db, "epochs", ["epoch", "train_loss", "valid_loss", "seconds"], order: "epoch")
    var epochs: [Epoch] = []
    try table.forEachRow(db) { row in
      let epoch = try row.integer(0)
      epochs.append(
        Epoch(
          epoch: epoch, trainLoss: try row.number(1), validLoss: try row.number(2),
          seconds: try row.number(3) ?? 0, metrics: metrics[epoch] ?? [:]))
    }
    return epochs
  }

  /// Reads all training steps, in order.
  package func steps() throws(RunError) -> [Step] {
    try read { db in
      guard try db.hasTables else { return [] }
      var steps: [Step] = []
      let table = try CheckedTable(db, "steps", ["step", "loss", "learning_rate"], order: "step")
      try table.forEachRow(db) { row in
        steps.append(
          Step(
            step: try row.integer(0), loss: try row.number(1) ?? .nan,
            learningRate: try row.number(2) ?? .nan))
      }
      return steps
    }
  }

  private static let maximumMetrics = 1000

  /// Reads the status of the last run: "running", "finished", "failed" or "interrupted"; nil if none began.
  ///
  /// A run whose process was killed stays "running".
  package func status() throws(RunError) -> String? {
    try read { db in
      guard try db.hasTables else { return nil }
      var status: String?
      try CheckedTable(db, "runs", ["status"], order: "id desc", limit: 1).forEachRow(db) {
        status = try $0.text(0)
      }
      return status
    }
  }

  /// A process that trained the run.
  public struct TrainingProcess: Sendable, Equatable, Codable {
    /// When it began and ended, in UTC; nil if it was killed.
    public let startedAt: String
    /// When it ended, in UTC; nil if it was killed or still runs.
    public let finishedAt: String?
    /// "running", "finished", "failed", "interrupted" or "died".
    public let status: String
    /// The version of Lightbox.
    public let version: String
    /// Number of training steps of earlier processes; nil if an older version wrote the database.
    public let firstStep: Int?
    /// What else is known.
    public let record: ProcessRecord
  }

  /// Reads the processes that trained the run, in order.
  package func processes() throws(RunError) -> [TrainingProcess] {
    try read { db in try db.hasTables ? Self.processes(db) : [] }
  }

  private static func processes(_ db: Database) throws -> [TrainingProcess] {
    let known = try CheckedTable.columnNames(db, "runs")
    let isOld = !known.contains("arguments")
    let base = ["started_at", "finished_at", "status", "version"]
    let columns =
      base
      + (isOld
        ? []
        : [
          "arguments", "folder", "git", "host", "processor", "system", "threads", "first_step",
        ])
    var found: [TrainingProcess] = []
    try CheckedTable(db, "runs", columns, order: "id", limit: 10_000).forEachRow(db) { row in
      var record = ProcessRecord()
      if !isOld {
        record = ProcessRecord(
          arguments: try row.optionalText(4), folder: try row.optionalText(5),
          git: try row.optionalText(6), host: try row.optionalText(7),
          processor: try row.optionalText(8), threads: try row.optionalInteger(10),
          system: try row.optionalText(9))
      }
      found.append(
        TrainingProcess(
          startedAt: try row.text(0), finishedAt: try row.optionalText(1),
          status: try row.text(2), version: try row.text(3),
          firstStep: isOld ? nil : try row.optionalInteger(11), record: record))
    }
    return found
  }

  /// Reads the status of a folder's run; nil if its process was killed before it was recorded.
  package static func statusOfRun(_ folder: RunFolder) throws -> String? {
    guard FileManager.default.fileExists(atPath: folder.databasePath) else { return nil }
    return try RunLog(reading: folder.databasePath).status()
  }

  /// Reads why the last run failed or was interrupted; nil if it did not, or does not say.
  package func reason() throws(RunError) -> String? {
    try read { db in try db.hasTables ? Self.reason(db) : nil }
  }

  private static func stepCount(_ db: Database) throws -> Int {
    var count = 0
    try CheckedTable(db, "steps", ["step"], order: "step desc", limit: 1).forEachRow(db) {
      count = try $0.integer(0) + 1
    }
    return count
  }

  private static func reason(_ db: Database) throws -> String? {
    var reason: String?
    let events = try CheckedTable(
      db, "events", ["message"], filter: "kind in ('error', 'interrupted')", order: "id desc",
      limit: 1)
    try events.forEachRow(db) { reason = try $0.text(0) }
    return reason
  }

  func read<Value>(_ body: (Database) throws -> Value) throws(RunError) -> Value {
    func result(_ database: DatabaseQueue) throws -> Value {
      try database.read { db in
        try Schema.checkVersion(db)
        return try body(db)
      }
    }
    do {
      guard let quiet else { return try result(database) }
      let found = Result { try result(database) }
      if QuietDatabase(path) == quiet { return try found.get() }
      // A process began to write meanwhile.
      return try result(Self.reader(path))
    } catch let error as RunError {
      throw error.at(path)
    } catch {
      throw RunError(error, path: path)
    }
  }
}
