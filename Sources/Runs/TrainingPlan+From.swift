import DataBlocks
import Files
import Foundation
import Logbook
package import Settings

extension TrainingPlan {
  /// Creates the plan of a run that trains on from another one: its settings, with the weights of a checkpoint.
  ///
  /// The body is not frozen, and order, augmentation and dropout draw from streams that the other run did not use.
  ///
  /// - Parameters:
  ///   - path: The folder of the other run.
  ///   - checkpoint: "best", "last" or another name. Default: the best, or the last if there is none.
  /// - Throws: `RunError` and `FileError` if the run cannot be read, `PlanError` if it has no such checkpoint.
  public init(from path: String, checkpoint: String? = nil) throws {
    let folder = try RunFolder(opening: path)
    self = try RunDescription.read(folder).plan(in: folder)
    weights = try Self.weights(of: folder, checkpoint)
    weightsPart = nil
    freezeEpochs = 0
  }

  /// Creates the plan of a run that trains on from another one, with settings of the command line.
  ///
  /// - Throws: As `init(from:)`; `SettingsError` with all that is wrong.
  package init(from path: String, overrides: [SettingsOverride]) throws {
    let folder = try RunFolder(opening: path)
    let option = "--from \(FileName.shown(path))"
    let own = [
      SettingsOverride("model.weights", .text(try Self.weights(of: folder, nil)), option: option),
      SettingsOverride("train.freeze_epochs", .integer(0), option: option),
    ].filter { setting in !overrides.contains { $0.path == setting.path } }
    guard FileName.exists(folder.tomlPath) else {
      guard overrides.isEmpty else {
        throw PlanError(
          .setting(
            name: "\(FileName.shown(path)) with other settings", value: "of an older version",
            allowed: "a run that has a run.toml"))
      }
      try self.init(from: path)
      return
    }
    try self.init(file: folder.tomlPath, overrides: own + overrides)
  }

  private static func weights(
    of folder: RunFolder, _ checkpoint: String?
  ) throws(PlanError) -> String {
    let name =
      checkpoint ?? ["best", "last"].first(where: folder.hasCheckpoint) ?? "best"
    try folder.requireCheckpoint(name)
    return folder.checkpointPath(name)
  }
}

extension RunFolder {
  /// Refuses a name that is not a checkpoint's; one that is a path would leave the run.
  ///
  /// - Throws: `PlanError`.
  func requireCheckpoint(_ name: String) throws(PlanError) {
    guard !checkpoints.contains(name) else { return }
    throw PlanError(
      .setting(
        name: "the checkpoint", value: "\"\(name)\"",
        allowed: checkpoints.isEmpty
          ? "in \(path)/checkpoints, which has none"
          : "one of \(checkpoints.joined(separator: ", "))"))
  }
}

extension RunDescription {
  /// The plan; where its relative paths lead nowhere from the current folder, with the absolute ones of `run.toml`.
  func plan(in folder: RunFolder) -> TrainingPlan {
    var plan = plan
    guard !FileName.exists(plan.data.table.path),
      let absolute = try? TrainingPlan(file: folder.tomlPath, overrides: [], needsData: false),
      FileName.exists(absolute.data.table.path)
    else { return plan }
    plan.data.table = absolute.data.table
    plan.weights = absolute.weights
    return plan
  }
}
