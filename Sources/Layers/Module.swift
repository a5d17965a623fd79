public import Tensors

/// The base class of all layers and networks: PyTorch's `nn.Module`.
///
/// Parameters, buffers and children are stored properties, found by reflection. Their names in a
/// checkpoint are the properties' names in snake case, joined by dots, as in PyTorch
/// (`layer4.2.conv3.weight`).
///
///     final class Residual: Module {
///       let conv = Conv2D(64, 64, kernelSize: 3, padding: 1)
///       let relu = ReLU()
///       override func forward(_ input: Tensor) -> Tensor { relu(input + conv(input)) }
///     }
open class Module {
  /// True in training mode (`training`): dropout is active, and batch norm uses the statistics of the
  /// batch.
  public package(set) final var isTraining = true

  /// Recompute the activations of this module in backward instead of storing them (gradient
  /// checkpointing, `torch.utils.checkpoint`).
  ///
  /// This takes less memory and one more forward pass of this module. Gradients, running statistics and
  /// dropout masks are the same, and a forward hook inside is called once. Set it on the blocks of a
  /// network: the input of the module is stored. It has no effect in evaluation mode, off the
  /// tape, and on a convolution or batch norm that is fused with its neighbors: set it on the module
  /// that contains them.
  ///
  /// A module inside must not use tensors of the tape other than its input. One that draws random
  /// numbers must conform to `RandomizedModule`; one that has other side effects must check
  /// `input.isRepeated` first.
  public final var recomputesInBackward = false

  /// The name of this module in a profile; its path after `labelForProfile()`.
  package final var label = ""

  /// The path of this module in its network if its output is a stage that maps are made of, such as "layer4".
  package final var stagePath: String?

  /// Replaces `forward`; `ModelSummary` uses it to skip expensive computations.
  final var standIn: ((Tensor) -> Tensor)?

  private var forwardHooks: [Int: (Module, Tensor, Tensor) -> Void] = [:]
  private var backwardHooks: [Int: @Sendable (Tensor) -> Void] = [:]
  private var nextHook = 0
  let lock = RecursiveLock()

  /// Creates a module without parameters.
  public init() {}

  /// Computes the output of the module.
  ///
  /// Override this method, but call the module itself: a call runs the hooks.
  open func forward(_ input: Tensor) -> Tensor {
    preconditionFailure("\(type(of: self)) does not override forward(_:)")
  }

  /// Runs the module and its hooks.
  ///
  /// With a backward hook, the gradient of the output is computed even if no parameter before it requires
  /// gradients. If the input is not on a tape, the output is recorded on a new one.
  public final func callAsFunction(_ input: Tensor) -> Tensor {
    var output = Profiler.within(label) { computed(input) }
    if !backwardHooks.isEmpty {
      if !output.needsGradient {
        output = (Tape.common([output]) ?? Tape()).watch(output)
      }
      for hook in backwardHooks.values {
        Tape.common([output])?.observeGradient(of: output, hook)
      }
    }
    if !input.isRepeated {
      for hook in forwardHooks.values { hook(self, input, output) }
    }
    return output
  }

  private final func computed(_ input: Tensor) -> Tensor {
    if let standIn { return standIn(input) }
    guard recomputesInBackward, isTraining, !input.isOffTape else { return forward(input) }
    let random = modules.compactMap { $0 as? any RandomizedModule }
    let streams = random.map(\.random)
    // The backward pass runs on the thread that calls it, which may use the module.
    nonisolated(unsafe) let (module, drawing) = (self, random)
    return input.recomputed({ forward($0) }) { input in
      let now = drawing.map(\.random)
      for (part, stream) in zip(drawing, streams) { part.random = stream }
      defer { for (part, stream) in zip(drawing, now) { part.random = stream } }
      return module.forward(input)
    }
  }

  // MARK: Hooks

  /// Runs `body` while this module returns a given output instead of computing it.
  package final func returning<Result>(_ output: Tensor, _ body: () -> Result) -> Result {
    // A hook disables fusions, so that the module is called.
    let hook = registerForwardHook { _, _, _ in }
    let previous = standIn
    standIn = { _ in output }
    defer {
      standIn = previous
      removeHook(hook)
    }
    return body()
  }

  /// True if the module has hooks; fused computations then run layer by layer.
  package final var isHooked: Bool { !forwardHooks.isEmpty || !backwardHooks.isEmpty }

  /// Registers a function of the module, its input and its output (`register_forward_hook`).
  ///
  /// - Returns: A number for `removeHook`.
  public final func registerForwardHook(
    _ hook: @escaping (Module, Tensor, Tensor) -> Void
  ) -> Int {
    nextHook += 1
    forwardHooks[nextHook] = hook
    return nextHook
  }

  /// Registers a function of the gradient of the output (`register_full_backward_hook`).
  ///
  /// - Returns: A number for `removeHook`.
  public final func registerBackwardHook(_ hook: @escaping @Sendable (Tensor) -> Void) -> Int {
    nextHook += 1
    backwardHooks[nextHook] = hook
    return nextHook
  }

  /// Removes a hook (`RemovableHandle.remove`); a number that is not registered is ignored.
  public final func removeHook(_ number: Int) {
    forwardHooks[number] = nil
    backwardHooks[number] = nil
  }

  // MARK: Tree

  /// The children with their names, in order of declaration (`named_children`).
  open var namedChildren: [(name: String, module: Module)] { Members(of: self).children }
}
