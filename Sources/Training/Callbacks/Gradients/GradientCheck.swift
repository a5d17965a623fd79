import Layers
import Tensors

/// Checks loss and gradients before every step and stops, or skips the batch, if they are not finite.
///
/// The message names the source: the first layer whose output is not finite, or the parameter whose
/// gradient is. The norm over all gradients is computed once for this check and `GradientClip`. The source is
/// searched only after a failed check.
///
/// A batch that fails changes neither parameters nor running statistics nor the recorder's averages.
public final class GradientCheck: Callback {
  /// How to handle a batch whose loss or gradient is not finite.
  public enum Policy: String, Sendable, CaseIterable, Codable {
    /// The fit ends with the weights from before the batch.
    case stop
    /// The batch is skipped.
    case skip
  }

  /// Runs after `GradientAccumulation` and before `GradientClip`.
  public let order = 10
  /// False: a search for a learning rate may diverge.
  public let runsInLRFind = false
  private let policy: Policy
  private let limit: Int
  /// The message with which this callback ended the fit; nil if it did not.
  public private(set) var ending: String?
  /// Whether the message of `ending` is reported; not where the caller throws it.
  package var reportsEnding = true
  /// Number of batches skipped so far, over all fits.
  public private(set) var skippedBatches = 0
  private var consecutive = 0
  private var buffers: [(buffer: ModuleBuffer, value: Tensor)] = []

  /// Creates the callback.
  ///
  /// - Parameters:
  ///   - policy: How to handle a batch that fails the check.
  ///   - limit: Number of consecutive failures after which the fit ends in any case.
  public init(_ policy: Policy = .stop, limit: Int = 10) {
    precondition(limit > 0, "limit is \(limit); it must be at least 1")
    self.policy = policy
    self.limit = limit
  }

  /// Restarts the count of consecutive failures.
  public func beforeFit(_ learner: Learner) throws {
    consecutive = 0
    ending = nil
    buffers = learner.model.namedBuffers.map { ($0.buffer, $0.buffer.value) }
  }

  /// Saves the running statistics, which the forward pass updates.
  public func beforeBatch(_ learner: Learner) throws {
    guard learner.isTraining else { return }
    for index in buffers.indices { buffers[index].value = buffers[index].buffer.value }
  }

  /// Checks the loss.
  ///
  /// - Throws: `Interruption.cancelBatch` or `.cancelFit`.
  public func afterLoss(_ learner: Learner) throws {
    guard learner.isTraining, !learner.loss.isFinite else { return }
    try reject(
      learner,
      "the loss is \(learner.loss.isNaN ? .nan : learner.loss): \(learner.nonFiniteSource)",
      .cancelBatch)
  }

  /// Checks the gradients.
  ///
  /// - Throws: `Interruption.cancelStep` or `.cancelFit`.
  public func beforeStep(_ learner: Learner) throws {
    let norm = learner.optimizer.gradientNorm
    guard !norm.isFinite else {
      consecutive = 0
      return
    }
    let name = learner.optimizer.nonFiniteGradientName
    try reject(
      learner,
      name.map { "the gradient of \($0) is not finite" } ?? "the norm of the gradients is \(norm)",
      .cancelStep)
  }

  /// Releases the saved statistics.
  public func afterFit(_ learner: Learner) throws { buffers = [] }

  private func reject(_ learner: Learner, _ reason: String, _ interruption: Interruption) throws {
    for (buffer, value) in buffers { buffer.value = value }
    learner.discardBatch()
    consecutive += 1
    let message = "epoch \(learner.epoch), batch \(learner.batchIndex): \(reason)"
    guard policy == .skip, consecutive < limit else {
      let last =
        policy == .stop
        ? "training ends with the weights from before this batch"
        : "training ends after \(consecutive) consecutive batches like this"
      learner.optimizer.clearGradients()
      ending = "\(message); \(last)"
      try learner.note("bad_gradient", "\(message); \(last)")
      if reportsEnding { learner.report("\(message); \(last)") }
      throw Interruption.cancelFit
    }
    skippedBatches += 1
    try learner.note("bad_gradient", "\(message); skipped")
    learner.report("\(message); skipped")
    throw interruption
  }
}

extension GradientCheck: ResumableCallback {
  /// The number of skipped batches, over all fits and in a row.
  public func state() throws -> CallbackState { try CallbackState([skippedBatches, consecutive]) }

  /// Restores the numbers of skipped batches.
  ///
  /// - Throws: `DecodingError` if it is the state of another callback.
  public func restore(_ state: CallbackState) throws {
    let counts = try state.values(as: [Int].self)
    (skippedBatches, consecutive) = (counts.first ?? 0, counts.last ?? 0)
  }
}
