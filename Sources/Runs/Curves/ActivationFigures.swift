import Imaging
import Interpret
import Training

/// Draws what `ActivationStats` recorded, at the end of each fit of a run.
final class ActivationFigures: Callback {
  /// Runs after the recorder.
  let order = 65
  let runsInLRFind = false
  private let stats: ActivationStats
  private let layer: Int
  private let folder: String

  init(_ stats: ActivationStats, layer: Int, folder: String) {
    self.stats = stats
    self.layer = layer
    self.folder = folder
  }

  func afterFit(_ learner: Learner) throws {
    let count = stats.names.count
    guard count > 0, !stats.stats.isEmpty else { return }
    let layer = min(max(layer < 0 ? count + layer : layer, 0), count - 1)
    do {
      for name in ["activations.png", "activations.svg"] {
        try stats.plotLayerStats(layer).write(to: "\(folder)/\(name)")
      }
      if stats.withHistogram {
        try stats.colorDim(layer).write(to: "\(folder)/activation_histograms.png")
      }
    } catch {
      // Training is worth more than its picture.
      try learner.note("figure", "\(error)")
      learner.report("\(error)")
    }
  }
}
