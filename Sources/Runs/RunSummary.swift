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
  /// The processes that trained the run, in order.
  public let processes: [RunLog.TrainingProcess]
  /// Number of training steps that are recorded.
  public let stepCount: Int

  /// Reads a run.
  ///
  /// - Throws: `RunError`, `FileError`.
  public init(_ path: String) throws {
    self.path = path
    let folder = try RunFolder(opening: path)
    description = try RunDescription.read(folder)
    // Asked first: a run that ends meanwhile is not taken as dead.
    let isInUse = folder.isInUse
    let content = try RunSummary.log(folder)?.content() ?? RunLog.Content()
    epochs = content.epochs
    processes = content.processes
    stepCount = content.stepCount
    let status = content.processes.last?.status ?? "running"
    self.status = status == "running" && !isInUse ? "died" : status
    reason = ["failed", "interrupted"].contains(status) ? content.reason : nil
  }

  /// The database; nil if the process was killed, or has not come so far, before it was created.
  private static func log(_ folder: RunFolder) throws -> RunLog? {
    let exists = FileManager.default.fileExists(atPath: folder.databasePath)
    if !exists, folder.checkpoints.isEmpty { return nil }
    return try RunLog(reading: folder.databasePath)
  }

  /// Reads the training steps, in order.
  ///
  /// - Throws: `RunError`.
  package func steps() throws -> [RunLog.Step] {
    try RunSummary.log(try RunFolder(opening: path))?.steps() ?? []
  }

  /// Reads the temperature and the threshold; nil if none were chosen.
  ///
  /// - Throws: `FileError`, `RunError` if the file is damaged.
  public func calibration() throws -> RunCalibration? {
    try RunCalibration.read(try RunFolder(opening: path))
  }

  /// Reads what `evaluate` has measured, by split and checkpoint.
  ///
  /// - Throws: `RunError`.
  public func evaluations() throws -> [EvaluationRecord] {
    try RunSummary.log(try RunFolder(opening: path))?.evaluations() ?? []
  }

  /// The architecture.
  package var architecture: String { description.plan.architecture }

  /// The value that decides which epoch is best.
  package var monitor: String { description.plan.monitor }

  /// The epoch with the best monitored value, whose weights are the best checkpoint; nil if none has one.
  public var bestEpoch: RunLog.Epoch? { bestEpoch(by: monitor) }

  /// Finds the epoch with the best value.
  ///
  /// - Parameters:
  ///   - name: "train_loss", "valid_loss" or the name of a metric.
  ///   - prefersLess: Whether lower values are better. Default: by the name.
  /// - Returns: The epoch; nil if none has the value.
  package func bestEpoch(by name: String, prefersLess: Bool? = nil) -> RunLog.Epoch? {
    Self.bestEpoch(of: epochs, by: name, prefersLess: prefersLess)
  }

  /// The best of some epochs.
  static func bestEpoch(
    of epochs: [RunLog.Epoch], by name: String, prefersLess: Bool? = nil
  ) -> RunLog.Epoch? {
    let sign = prefersLess ?? TrackerCallback.prefersLess(name) ? 1.0 : -1
    return epochs.compactMap { epoch in epoch.value(of: name).map { (epoch, sign * $0) } }
      .min { $0.1 < $1.1 }?.0
  }
}

extension RunLog.Epoch {
  /// A loss or metric; nil if it was not measured or not finite.
  package func value(of name: String) -> Double? {
    let found =
      switch name {
      case "train_loss": trainLoss
      case "valid_loss": validLoss
      default: metrics[name]
      }
    return found.flatMap { $0.isFinite ? $0 : nil }
  }

  /// The names of the losses and metrics that it has, losses first.
  package var valueNames: [String] {
    (trainLoss == nil ? [] : ["train_loss"]) + (validLoss == nil ? [] : ["valid_loss"])
      + metrics.keys.sorted()
  }
}
