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
  /// "running" (also if it was killed), "finished" or "failed"; "empty" before it began.
  public let status: String
  /// The epochs, in order.
  public let epochs: [RunLog.Epoch]

  /// Reads a run.
  ///
  /// - Throws: `RunError`, `FileError`.
  public init(_ path: String) throws {
    self.path = path
    let folder = try RunFolder(opening: path)
    description = try folder.settings(as: RunDescription.self)
    let log = try RunLog(reading: folder.databasePath)
    epochs = try log.epochs()
    status = try log.status() ?? "empty"
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
  /// - Throws: `RunError` if there are none.
  package static func list(in folder: String) throws -> [Listed] {
    let runs = RunFolder.runs(below: folder)
    guard !runs.isEmpty else { throw RunError(.noRuns, path: folder) }
    return runs.map { run in
      let name = run.path.split(separator: "/").last.map(String.init) ?? run.path
      do {
        return Listed(name: name, summary: try RunSummary(run.path), error: nil)
      } catch {
        return Listed(name: name, summary: nil, error: error)
      }
    }
  }
}
