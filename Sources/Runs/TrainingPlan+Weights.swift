import Checkpoints
import Layers
import Models
import Vision

extension TrainingPlan {
  /// Loads the network of a file of weights.
  ///
  /// - Returns: What was taken.
  /// - Throws: `CheckpointError` if the file has several networks that fit, or tensors with NaN or infinite
  ///   values; `WeightsMismatch`.
  func load(_ file: Checkpoint, into model: VisionModel) throws -> [RunEvent] {
    let found = try model.match(file, part: weightsPart)
    if found.match.usability != .none { try found.checkValues(in: file) }
    let report = try model.load(file, found)
    guard !report.matched.isEmpty, report.mismatched.isEmpty, report.missing.isEmpty else {
      throw WeightsMismatch(report, path: file.path)
    }
    var events: [RunEvent] = [
      .weightsLoaded(path: file.path, taken: report.matched.count, left: report.unexpected)
    ]
    if let chosen = found.chosen {
      events.append(.networkChosen(chosen.part, others: found.others.map(\.words)))
    }
    for filters in report.adapted {
      events.append(
        .filtersAdapted(name: filters.name, from: filters.source[1], to: filters.model[1]))
    }
    return events
  }
}
