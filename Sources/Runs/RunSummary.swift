import Files
import Foundation
public import Logbook
import Training

/// The settings and the recorded epochs of a run, read without its weights.
public struct RunSummary: Sendable {
  /// The folder of the run.
  public let path: String
  /// The content of `run.json`.
  public let description: RunDescription
  /// "running", "finished", "failed", "interrupted", or "died" if its process was killed.
  public let status: String
  /// Why the run failed or was interrupted; nil if it did not, or does not say.
  public let reason: String?
  /// The epochs, in order.
  public let epochs: [RunLog.Epoch]

  /// Reads a run.
  ///
  /// - Throws: `RunError`, `FileError`.
  public init(_ path: String) throws {
    self.path = path
    let folder = try RunFolder(opening: path)
    description = try RunDescription.read(folder)
    // Asked first: a run that ends meanwhile is not taken as dead.
    let isInUse = folder.isInUse
    let log = try RunSummary.log(folder)
    epochs = try log?.epochs() ?? []
    let status = try log?.status() ?? "running"
    self.status = status == "running" && !isInUse ? "died" : status
    reason = ["failed", "interrupted"].contains(status) ? try log?.reason() : nil
  }

  /// The database; nil if the process was killed, or has not come so far, before it was created.
  private static func log(_ folder: RunFolder) throws -> RunLog? {
    let exists = FileManager.default.fileExists(atPath: folder.databasePath)
    if !exists, folder.checkpoints.isEmpty { return nil }
    return try RunLog(reading: folder.databasePath)
  }

  /// The epoch with the best monitored value, whose weights are the best checkpoint.
  public var bestEpoch: RunLog.Epoch? {
    let monitor = description.plan.monitor
    let sign = TrackerCallback.prefersLess(monitor) ? 1.0 : -1
    func value(_ epoch: RunLog.Epoch) -> Double {
      let found =
        switch monitor {
        case "valid_loss": epoch.validLoss
        case "train_loss": epoch.trainLoss
        default: epoch.metrics[monitor]
        }
      return found.map { sign * $0 } ?? .infinity
    }
    return epochs.min { value($0) < value($1) }
  }

  /// A run of a list: its summary, or why it cannot be read.
  package struct Listed: Sendable {
    /// The name of the folder.
    package let name: String
    /// The summary; nil if the run cannot be read.
    package let summary: RunSummary?
    /// Why the run cannot be read; nil if it can.
    package let error: (any Error)?

    /// The architecture; nil if the run cannot be read.
    package var architecture: String? { summary?.description.plan.architecture }
    /// The status; "unreadable" if the run cannot be read.
    package var status: String { summary?.status ?? "unreadable" }
    /// The epochs; empty if the run cannot be read.
    package var epochs: [RunLog.Epoch] { summary?.epochs ?? [] }
    /// The epoch with the best monitored value.
    package var bestEpoch: RunLog.Epoch? { summary?.bestEpoch }
  }

  /// The runs directly in a folder, sorted by name; the folder itself if it is a run.
  ///
  /// - Throws: `RunError` if there are none, `FileError` if the folder cannot be read.
  package static func list(in folder: String) throws -> [Listed] {
    let runs = try RunFolder.runs(below: folder)
    guard !runs.isEmpty else { throw RunError(.noRuns, path: folder) }
    return runs.map { path in
      let name = path.split(separator: "/").last.map(String.init) ?? path
      do {
        return Listed(name: name, summary: try RunSummary(path), error: nil)
      } catch {
        return Listed(name: name, summary: nil, error: error)
      }
    }
  }
}
