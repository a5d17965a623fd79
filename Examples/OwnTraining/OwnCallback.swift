import Lightbox

/// Records the smallest, mean and largest norm of the gradients in each epoch.
///
/// A callback implements the events that it needs. This one is resumable: what it has recorded is saved with the
/// training state, so a run that was killed and resumed has the same rows.
final class GradientNormLog: ResumableCallback {
  struct Row: Codable {
    var smallest = Double.infinity
    var largest = 0.0
    var sum = 0.0
    var steps = 0
  }
  /// One row per epoch.
  private(set) var rows: [Row] = []

  /// After `GradientAccumulation` (6), before `GradientClip` (11).
  let order = 7

  func beforeTrain(_ learner: Learner) throws { rows.append(Row()) }

  func beforeStep(_ learner: Learner) throws {
    guard var row = rows.popLast() else { return }
    let norm = learner.optimizer.gradientNorm
    row.smallest = min(row.smallest, norm)
    row.largest = max(row.largest, norm)
    row.sum += norm
    row.steps += 1
    rows.append(row)
  }

  func state() throws -> CallbackState { try CallbackState(rows) }

  func restore(_ state: CallbackState) throws { rows = try state.values(as: [Row].self) }
}
