import Layers
import Tensors

/// Everything that a fit changes in a learner, to undo a fit; callbacks other than the recorder are not part of it.
struct LearnerState {
  private let learner: Learner
  private let callbacks: [any Callback]
  private let recorder: Recorder
  private let parameters:
    [(parameter: Parameter, value: Tensor, gradient: Tensor?, requiresGradient: Bool)]
  private let buffers: [(buffer: ModuleBuffer, value: Tensor)]
  private let modules: [(module: Module, isTraining: Bool)]
  private let optimizerGroups: [[Optimizer.Entry]]
  private let hyperparameters: [Hyperparameters]
  private let gradientScale: Double
  private let position: (epoch: Int, epochCount: Int, batchIndex: Int, batchCount: Int)
  private let steps: (iteration: Int, totalSteps: Int, progress: Double)
  private let fits: (index: Int, earlierEpochs: Int, finishedEpochs: Int, following: Int)
  private let resumed: TrainingState?
  private let flags: (isTraining: Bool, fitWasCanceled: Bool, isBatchDiscarded: Bool)
  private let losses: (loss: Double, lossScale: Double)

  /// Takes the state; tensors are shared until they change.
  init(_ learner: Learner) {
    self.learner = learner
    callbacks = learner.callbacks
    recorder = learner.recorder
    parameters = learner.model.namedParameters.map {
      ($0.parameter, $0.parameter.value, $0.parameter.gradient, $0.parameter.requiresGradient)
    }
    buffers = learner.model.namedBuffers.map { ($0.buffer, $0.buffer.value) }
    modules = learner.model.modules.map { ($0, $0.isTraining) }
    optimizerGroups = learner.optimizer.groups
    hyperparameters = learner.optimizer.hyperparameters
    gradientScale = learner.optimizer.gradientScale
    position = (learner.epoch, learner.epochCount, learner.batchIndex, learner.batchCount)
    steps = (learner.iteration, learner.totalSteps, learner.progress)
    fits = (
      learner.fitIndex, learner.earlierEpochs, learner.finishedEpochs, learner.followingEpochs
    )
    resumed = learner.resumed
    flags = (learner.isTraining, learner.fitWasCanceled, learner.isBatchDiscarded)
    losses = (learner.loss, learner.lossScale)
  }

  /// Sets the learner to the state.
  func restore() {
    learner.callbacks = callbacks
    learner.recorder = recorder
    for (parameter, value, gradient, requiresGradient) in parameters {
      parameter.value = value
      parameter.gradient = gradient
      parameter.requiresGradient = requiresGradient
    }
    for (buffer, value) in buffers { buffer.value = value }
    for (module, isTraining) in modules { module.isTraining = isTraining }
    learner.optimizer.groups = optimizerGroups
    learner.optimizer.hyperparameters = hyperparameters
    learner.optimizer.gradientScale = gradientScale
    (learner.epoch, learner.epochCount, learner.batchIndex, learner.batchCount) = position
    (learner.iteration, learner.totalSteps, learner.progress) = steps
    (learner.fitIndex, learner.earlierEpochs, learner.finishedEpochs, learner.followingEpochs) =
      fits
    learner.resumed = resumed
    (learner.isTraining, learner.fitWasCanceled, learner.isBatchDiscarded) = flags
    (learner.loss, learner.lossScale) = losses
  }
}
