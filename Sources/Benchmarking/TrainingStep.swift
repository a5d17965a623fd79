import Layers
import Tensors
import Training

/// Forward, cross entropy, backward, AdamW step, gradients cleared.
struct TrainingStep {
  private let model: Module
  private let optimizer: Optimizer

  /// Creates a step of all parameters of a model, which is set to training mode.
  init(model: Module) {
    self.model = model.train()
    optimizer = Optimizer(
      Adam(), groups: [model.namedParameters.map { ($0.name, $0.parameter) }])
  }

  /// Runs the step.
  func callAsFunction(_ images: Tensor, _ targets: Tensor) {
    model(Tape().record(images)).crossEntropy(targets).backward()
    optimizer.step()
    optimizer.clearGradients()
  }
}
