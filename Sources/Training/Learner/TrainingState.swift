package import Tensors

/// Everything that the rest of a training depends on, taken between two steps.
///
/// Random numbers have no state: they are functions of the seed and of the position.
package struct TrainingState: Sendable {
  /// Where the learner is in its fits.
  package struct Position: Sendable, Equatable, Codable {
    /// Number of fits that began before this one.
    package var fit: Int
    /// The epoch of this fit.
    package var epoch: Int
    /// Number of batches of the epoch that were trained.
    package var batch: Int
    /// Number of batches that the source has used up: with those that could not be read.
    package var sourceBatch: Int
    /// Whether the epoch has begun.
    package var isInEpoch: Bool
    /// Number of training batches of this fit.
    package var iteration: Int
    /// Number of training batches of all fits.
    package var totalSteps: Int
    /// Number of epochs of the fits before this one.
    package var earlierEpochs: Int

    /// Number of epochs of all fits that ended.
    package var epochs: Int { earlierEpochs + epoch }
  }

  /// The position.
  package var position: Position
  /// Parameters and buffers.
  package var model: StateDictionary
  /// The optimizer's state.
  package var optimizer: StateDictionary
  /// Gradients that are accumulated but not applied, by parameter.
  package var gradients: StateDictionary
  /// Hyperparameters of each group.
  package var hyperparameters: [Hyperparameters]
  /// The state of each `ResumableCallback`, by its name.
  package var callbacks: [String: CallbackState]

  /// Creates a state from its parts.
  package init(
    position: Position, model: StateDictionary, optimizer: StateDictionary,
    gradients: StateDictionary, hyperparameters: [Hyperparameters],
    callbacks: [String: CallbackState]
  ) {
    self.position = position
    self.model = model
    self.optimizer = optimizer
    self.gradients = gradients
    self.hyperparameters = hyperparameters
    self.callbacks = callbacks
  }
}
