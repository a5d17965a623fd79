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

  /// Reads all epochs, in order.
  package func epochs() throws(RunError) -> [Epoch] {
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
      throw RunError(error, path: path)
    }
  }

  /// Reads the status of the last run: "running", "finished" or "failed"; nil if none began.
  ///
  /// A run whose process was killed stays "running".
  package func status() throws(RunError) -> String? {
    do {
      return try database.read { db in
        try String.fetchOne(db, sql: "select status from runs order by id desc limit 1")
      }
    } catch {
      throw RunError(error, path: path)
    }
  }
}
