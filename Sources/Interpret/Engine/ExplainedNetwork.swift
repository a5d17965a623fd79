import Hooks
import Layers
import Tensors

/// A network as maps see it: from images to logits, in evaluation mode, without gradients of parameters.
struct ExplainedNetwork {
  let model: Module
  /// From images to logits; not the model itself if that ends in a sigmoid.
  let logits: (Tensor) -> Tensor
  /// Whether `logits` is another function than the model.
  let hasOwnLogits: Bool
  /// From logits to probabilities.
  let activation: (Tensor) -> Tensor

  init(
    model: Module, logits: @escaping (Tensor) -> Tensor, hasOwnLogits: Bool,
    activation: @escaping (Tensor) -> Tensor
  ) {
    self.model = model
    self.logits = logits
    self.hasOwnLogits = hasOwnLogits
    self.activation = activation
  }

  /// A network whose outputs are logits.
  init(_ model: Module) {
    self.init(
      model: model, logits: { model($0) }, hasOwnLogits: false, activation: { $0 })
  }

  /// The outputs of inputs, `[batch, outputs]`; recorded if the input is on a tape.
  func output(of input: Tensor) -> Tensor {
    let found = frozen { logits(input) }
    precondition(
      found.rank == 2 && found.shape[0] == input.shape[0],
      "the model's output is \(found.shape) for an input of \(input.shape)")
    return found
  }

  /// The gradient of a target with respect to the input, of its shape.
  func inputGradient(of target: MapTarget, at input: Tensor, isGuided: Bool = false) -> Tensor {
    let tape = Tape()
    let watched = tape.watch(input.detached)
    // Guided backpropagation needs ReLU as a step of its own, so a hook on every module disables fusions.
    let hooked = isGuided ? model.modules.map { ($0, $0.registerForwardHook { _, _, _ in }) } : []
    defer { for (module, hook) in hooked { module.removeHook(hook) } }
    let output = output(of: watched)
    let seed = target.seed(output.converted(to: .float32)).converted(to: output.dtype)
    return tape.gradients(
      of: output, withRespectTo: [watched], seed: seed, isGuided: isGuided)[0]
  }

  /// The gradients of a target with respect to the outputs of modules and to the input; nil for a module that the
  /// target does not depend on.
  func gradients(
    of target: MapTarget, at modules: [Module], input: Tensor
  ) -> (modules: [Tensor?], input: Tensor) {
    let tape = Tape()
    let watched = tape.watch(input.detached)
    let hooks = modules.map(HookBwd.init)
    defer { for hook in hooks { hook.remove() } }
    let output = output(of: watched)
    let seed = target.seed(output.converted(to: .float32)).converted(to: output.dtype)
    let found = tape.gradients(of: output, withRespectTo: [watched], seed: seed)[0]
    return (hooks.map(\.stored), found)
  }

  /// Runs `body` in evaluation mode while no parameter needs a gradient.
  func frozen<Result>(_ body: () -> Result) -> Result {
    let trainable = model.parameters.filter(\.requiresGradient)
    for parameter in trainable { parameter.requiresGradient = false }
    defer { for parameter in trainable { parameter.requiresGradient = true } }
    return model.evaluating(body)
  }
}
