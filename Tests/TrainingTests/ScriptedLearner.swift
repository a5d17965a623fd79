import DataBlocks
import Layers
import Synchronization
import Tensors
import Training

/// Losses and metrics that a test prescribes.
final class Script: Sendable {
  private struct State {
    var train: [Double] = []
    var valid: [String: [Double]] = [:]
    var loss = 0.0
    var epoch = 0
  }
  private let state = Mutex(State())

  /// Prescribes losses by training batch of the learner, and values by epoch of the fit.
  func set(train: [Double] = [], valid: [String: [Double]] = [:]) {
    state.withLock { $0 = State(train: train, valid: valid) }
  }

  /// The loss of the current batch, with a gradient of zero.
  var lossFunction: LossFunction {
    LossFunction(activation: { $0 }) { output, _, _ in
      (output * 0).sum() + Float(self.state.withLock { $0.loss })
    }
  }

  func metric(_ name: String) -> Metric {
    Metric(name) { _ in self.state.withLock { $0.valid[name]?[$0.epoch] ?? .nan } }
  }

  /// Selects the values of the current batch.
  final class Reader: Callback {
    let order = -100
    let script: Script
    init(_ script: Script) { self.script = script }
    func beforeBatch(_ learner: Learner) throws {
      script.state.withLock {
        $0.epoch = learner.epoch
        $0.loss =
          learner.isTraining
          ? ($0.train.isEmpty ? 0 : $0.train[learner.totalSteps])
          : $0.valid["valid_loss"]?[learner.epoch] ?? 1
      }
    }
  }
}

/// A learner of two parameter groups, weight and bias of one layer, whose losses are prescribed.
struct ScriptedLearner {
  let script = Script()
  let layer = Linear(3, 2)
  let learner: Learner

  init(
    batches: Int = 1, metrics: [String] = [], groups: Int = 2, hasValidation: Bool = true,
    callbacks: [any Callback] = []
  ) {
    let inputs = Tensor.ones([batches, 3])
    let targets = Tensor((0..<batches).map { _ in Int64(0) })
    let layer = layer
    let parameters = layer.parameters
    learner = Learner(
      model: Sequential(layer),
      train: TensorBatches(inputs: inputs, targets: targets, batchSize: 1),
      valid: hasValidation
        ? TensorBatches(
          inputs: Tensor.ones([4, 3]), targets: Tensor([0, 0, 0, 0] as [Int64]), batchSize: 4)
        : nil,
      lossFunction: script.lossFunction, rule: SGD(),
      groups: groups == 1
        ? nil : [[Parameter]](repeating: [], count: groups - 2) + parameters.map { [$0] },
      metrics: metrics.map(script.metric), callbacks: [Script.Reader(script)] + callbacks)
    learner.recorder.printsTable = false
    learner.report = { _ in }
  }
}
