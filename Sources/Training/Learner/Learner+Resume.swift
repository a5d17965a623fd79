import DataBlocks
import Layers
import Tensors

extension Learner {
  /// The state of the training after the current batch, or between two epochs, for a fit that continues from it.
  ///
  /// Call it from the last callback of `afterBatch`, `afterEpoch` or `afterCancelFit`.
  ///
  /// - Throws: What a callback's state throws.
  package func trainingState() throws -> TrainingState {
    let finished = isInTrainingBatch ? 1 : 0
    var position = TrainingState.Position(
      fit: fitIndex, epoch: epoch, batch: 0, sourceBatch: 0, isInEpoch: phase != .betweenEpochs,
      iteration: iteration + finished, totalSteps: totalSteps + finished,
      earlierEpochs: earlierEpochs)
    switch phase {
    case .training:
      position.batch = batchIndex + finished
      position.sourceBatch = sourcePosition
    case .trained:
      position.batch = trainedBatches
      position.sourceBatch = train.batchCount
    case .betweenEpochs: position.epoch = epoch + 1
    }
    var gradients: StateDictionary = [:]
    for (name, parameter) in model.namedParameters {
      if let gradient = parameter.gradient { gradients[name] = gradient.rowMajor }
    }
    var states: [String: CallbackState] = [:]
    for (name, callback) in resumableCallbacks { states[name] = try callback.state() }
    return TrainingState(
      position: position, model: model.stateDictionary, optimizer: optimizer.stateDictionary,
      gradients: gradients, hyperparameters: optimizer.hyperparameters, callbacks: states)
  }

  /// Whether the training batches of the current epoch are done, and the epoch is not.
  package var hasFinishedTrainingBatches: Bool { phase == .trained }

  /// Continues from a state: the same calls of `fit` as before follow, and those that were finished return at once.
  ///
  /// The state is loaded when the fit that it was taken from begins.
  package func resume(from state: TrainingState) { resumed = state }

  /// The resumable callbacks with unique names: a second one of a type is "Name 2".
  private var resumableCallbacks: [(name: String, callback: any ResumableCallback)] {
    var counts: [String: Int] = [:]
    return callbacks.compactMap { callback in
      guard let callback = callback as? any ResumableCallback else { return nil }
      let count = counts[callback.stateName, default: 0] + 1
      counts[callback.stateName] = count
      return (count == 1 ? callback.stateName : "\(callback.stateName) \(count)", callback)
    }
  }

  /// Loads weights, the optimizer's state, counters and the callbacks' states.
  func load(_ state: TrainingState) throws {
    model.load(state.model)
    optimizer.load(state.optimizer)
    optimizer.hyperparameters = state.hyperparameters
    for (name, parameter) in model.namedParameters { parameter.gradient = state.gradients[name] }
    totalSteps = state.position.totalSteps
    iteration = state.position.iteration
    for (name, callback) in resumableCallbacks {
      if let saved = state.callbacks[name] { try callback.restore(saved) }
    }
  }
}
