package import Checkpoints
import Layers
import Tensors

/// The random streams of a run: those of its seed, or, if it starts from another run's weights, streams that this run
/// did not draw from.
///
/// With the same seed, a run would else see the batches and augmentations of the run that it starts from again.
package enum Lineage {
  /// The name of the streams' seed in a checkpoint's metadata.
  static let key = "streams"

  /// The seed of a run's order, augmentation and dropout.
  ///
  /// - Parameters:
  ///   - seed: The plan's seed.
  ///   - weights: The file that the run starts from. One that no run has saved changes nothing.
  /// - Returns: The plan's seed, or a function of it and of the streams and the step that the weights come from.
  package static func streams(seed: UInt64, weights: Checkpoint?) -> UInt64 {
    guard let metadata = weights?.metadata, let steps = metadata["steps"] else { return seed }
    // Runs of older versions have no streams, but a name.
    let origin = metadata[key] ?? metadata["run"] ?? ""
    var random = RandomSource(seed: seed, stableHash(origin), stableHash(steps), 0x11EA6E)
    return random.next()
  }
}
