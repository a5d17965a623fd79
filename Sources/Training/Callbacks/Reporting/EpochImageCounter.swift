import DataBlocks
import Tensors

/// Counts the training items of each class over all epochs (fmi's `EpochImageCounter`).
///
/// A weighted sampler or skipped files make the counts differ from those of the table.
public final class EpochImageCounter: ResumableCallback {
  /// Runs after the recorder.
  public let order = 60
  /// The number of items so far by class index.
  public private(set) var counts: [Int] = []
  private let vocab: [String]

  /// Creates the callback.
  ///
  /// - Parameter vocab: The names of the classes, for the reports. Default: their indices.
  public init(vocab: [String] = []) { self.vocab = vocab }

  /// Counts a training batch.
  public func afterBatch(_ learner: Learner) throws {
    guard learner.isTraining, !learner.isBatchDiscarded, let targets = learner.batch?.targets,
      targets.dtype == .int64
    else { return }
    for target in targets.scalars(as: Int64.self) where target >= 0 {
      while counts.count <= Int(target) { counts.append(0) }
      counts[Int(target)] += 1
    }
  }

  /// Reports the counts.
  public func afterEpoch(_ learner: Learner) throws {
    let parts = counts.enumerated().map { index, count in
      "\(vocab.indices.contains(index) ? vocab[index] : "\(index)") \(count)"
    }
    learner.report("training items so far: \(parts.joined(separator: ", "))")
  }

  /// The counts.
  public func state() throws -> CallbackState { try CallbackState(counts) }

  /// Restores the counts.
  ///
  /// - Throws: `DecodingError` if it is the state of another callback.
  public func restore(_ state: CallbackState) throws { counts = try state.values(as: [Int].self) }
}
