import DataBlocks
import Layers
import Tensors

/// Ends the fit when the loss is no longer a number, and says where it went: fastai's `TerminateOnNaN`.
///
/// It acts behind the step, as fastai's does; `GradientCheck` acts in front of it, and on gradients too.
public final class TerminateOnNaN: Callback {
  /// -9.
  public let order = -9
  private var culprit: String?

  /// Makes the callback.
  public init() {}

  /// Looks at every loss, and at the gradients where one has gone.
  public func handle(_ event: Event, _ learner: Learner) throws {
    switch event {
    case .beforeStep:
      culprit = learner.loss.isFinite ? nil : learner.optimizer.nameOfBadGradient
    case .afterBatch where !learner.loss.isFinite && learner.isTraining:
      learner.report(
        "The loss of batch \(learner.batchIndex) in epoch \(learner.epoch) is \(learner.loss)"
          + (culprit.map { "; the gradient of \($0) is not finite" } ?? "") + ": training ends")
      throw Interruption.cancelFit
    default: break
    }
  }
}

/// Looks for NaN and infinity before every step, names where they came from, and stops or leaves the batch.
///
/// What it looks at is the loss and the norm of all gradients, which `GradientClip` uses too, so that
/// both cost one pass over the gradients. Only when it finds something does it look for the place: the
/// first layer that gives a number that is not finite, or the parameter whose gradient went first.
///
/// The weights never see such a gradient. A batch that is left has no part in running statistics and
/// averages either.
public final class GradientCheck: Callback {
  /// What happens to a batch whose loss or gradient is not finite.
  public enum Policy: String, Sendable, CaseIterable {
    /// Training ends; the weights are those before the batch.
    case stop
    /// The batch is left, and training goes on.
    case skip
  }

  /// 10: behind `GradientAccumulation`, in front of `GradientClip`.
  public let order = 10
  /// What is done.
  public let policy: Policy
  /// Batches left in a row after which training ends all the same.
  public let limit: Int
  /// Why training ended, where this callback ended it.
  public private(set) var ending: String?
  /// Batches left so far, over all fits.
  public private(set) var skipped = 0
  private var inARow = 0
  private var buffers: [(buffer: ModuleBuffer, value: Tensor)] = []

  /// Makes the callback.
  public init(_ policy: Policy = .stop, limit: Int = 10) {
    precondition(limit > 0, "a limit of \(limit) batches in a row: use 1 or more")
    self.policy = policy
    self.limit = limit
  }

  /// Follows the loop.
  public func handle(_ event: Event, _ learner: Learner) throws {
    switch event {
    case .beforeFit:
      inARow = 0
      ending = nil
      buffers = learner.model.namedBuffers.map { ($0.buffer, $0.buffer.value) }
    case .beforeBatch where learner.isTraining:
      for index in buffers.indices { buffers[index].value = buffers[index].buffer.value }
    case .afterLoss where learner.isTraining && !learner.loss.isFinite:
      try leave(
        learner, "the loss is \(learner.loss): \(learner.placeOfBadOutput)", .cancelBatch)
    case .beforeStep:
      let norm = learner.optimizer.gradientNorm
      guard !norm.isFinite else {
        inARow = 0
        return
      }
      let place = learner.optimizer.nameOfBadGradient
      try leave(
        learner,
        place.map { "the gradient of \($0) is not finite" }
          ?? "the norm of the gradients is \(norm)",
        .cancelStep)
    case .afterFit: buffers = []
    default: break
    }
  }

  private func leave(_ learner: Learner, _ reason: String, _ interruption: Interruption) throws {
    for (buffer, value) in buffers { buffer.value = value }
    learner.isBatchDiscarded = true
    inARow += 1
    let message = "epoch \(learner.epoch), batch \(learner.batchIndex): \(reason)"
    guard policy == .skip, inARow < limit else {
      let last =
        policy == .stop
        ? "training ends, with the weights before this batch"
        : "training ends, as \(inARow) batches in a row were like this"
      learner.optimizer.clearGradients()
      ending = "\(message); \(last)"
      try learner.note("bad_gradient", "\(message); \(last)")
      learner.report("\(message); \(last)")
      throw Interruption.cancelFit
    }
    skipped += 1
    try learner.note("bad_gradient", "\(message); skipped")
    learner.report("\(message): skipped")
    throw interruption
  }
}

extension Learner {
  /// Where the first number came up that is not finite: found by running the batch at hand once more.
  var placeOfBadOutput: String {
    guard let batch else { return "no batch is at hand" }
    if batch.inputs.dtype == .float32, let index = batch.inputs.firstNotFinite {
      let item = index / max(batch.inputs.count / max(batch.count, 1), 1)
      return "item \(batch.itemIndices[item]) of the data is not finite"
    }
    if let name = model.namedParameters.first(where: { $0.parameter.value.firstNotFinite != nil })?
      .name
    {
      return "the weights \(name) are not finite"
    }
    // Inner layers are done before those that hold them, so the first to be found is the innermost.
    var found: String?
    let hooks = model.namedModules.map { path, module in
      let number = module.registerForwardHook { _, _, output in
        guard found == nil, output.dtype == .float32 || output.dtype == .bfloat16 else { return }
        let values = output.detached.converted(to: .float32)
        if values.firstNotFinite != nil { found = path.isEmpty ? "the model" : path }
      }
      return (module, number)
    }
    defer { for (module, number) in hooks { module.removeHook(number) } }
    model.seedRandomness(seed: seed, step: UInt64(totalSteps))
    _ = model(batch.inputs)
    return found.map { "\($0) is the first layer to give a number that is not finite" }
      ?? "every layer's output is finite, so it is the loss function's own"
  }
}
