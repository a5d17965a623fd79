import Files
import Foundation
import Logbook

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
    self = try RunDescription.read(folder).plan
    let name =
      checkpoint ?? ["best", "last"].first(where: folder.hasCheckpoint) ?? "best"
    guard folder.checkpoints.contains(name) else {
      throw PlanError(
        .setting(
          name: "the checkpoint", value: "\"\(name)\"",
          allowed: folder.checkpoints.isEmpty
            ? "in \(folder.path)/checkpoints, which has none"
            : "one of \(folder.checkpoints.joined(separator: ", "))"))
    }
    weights = folder.checkpointPath(name)
    weightsPart = nil
    freezeEpochs = 0
  }
}
