public import Tensors

/// A piece of a network: parameters, children, and one way from input to output.
///
/// A class, because a hook attaches to an identity. Parameters, buffers and children are stored
/// properties, found by reflection; their names in a checkpoint are the properties' names in
/// snake case, joined by dots, which are PyTorch's (`layer4.2.conv3.weight`).
///
///     final class Residual: Module {
///       let conv = Conv2D(64, 64, kernelSize: 3, padding: 1)
///       let relu = ReLU()
///       override func forward(_ input: Tensor) -> Tensor { relu(input + conv(input)) }
///     }
open class Module {
  /// True while training: dropout drops, batch norm uses the batch's statistics.
  public internal(set) var isTraining = true

  /// Keep nothing of what this module computes in training, and compute it again in the walk back.
  ///
  /// Less memory for one more forward pass of this part; gradients, running statistics and dropped
  /// scalars are the same, and a forward hook inside is called once. Best on the blocks of a network:
  /// the module's input is kept. Without effect where nothing is recorded, in evaluation mode, and on a
  /// batch norm or convolution that runs as one with its neighbors: mark what holds them.
  ///
  /// A module of one's own inside must not use tensors of the tape other than its input; one that draws
  /// random numbers is a `RandomizedModule`; one that changes something else as it runs asks
  /// `input.isRepeated` first.
  public final var recomputesInBackward = false

  /// What a profile calls this module; its path, once `labelForProfile()` has run.
  package final var label = ""

  /// Computes instead of `forward`; a survey of shapes puts it where the work is (`ModelSummary`).
  final var standIn: ((Tensor) -> Tensor)?

  package var forwardHooks: [Int: (Module, Tensor, Tensor) -> Void] = [:]
  package var backwardHooks: [Int: @Sendable (Tensor) -> Void] = [:]
  private var nextHook = 0

  /// Makes a module without anything in it.
  public init() {}

  /// What the module computes.
  ///
  /// Override it; call the module itself, so that hooks run.
  open func forward(_ input: Tensor) -> Tensor {
    preconditionFailure("\(type(of: self)) has no forward(_:)")
  }

  /// Runs the module: the one way in, so that hooks can be trusted.
  ///
  /// A hook that wants the gradient of the output gets it even where nothing upstream needs one: the
  /// output then becomes a gradient target itself, on a tape of its own if the input is on none.
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
    // The walk runs on the thread that asks for it, which is the one that may use the module.
    nonisolated(unsafe) let (module, drawing) = (self, random)
    return input.recomputed({ forward($0) }) { input in
      let now = drawing.map(\.random)
      for (part, stream) in zip(drawing, streams) { part.random = stream }
      defer { for (part, stream) in zip(drawing, now) { part.random = stream } }
      return module.forward(input)
    }
  }

  // MARK: Hooks

  /// True if a hook would see what this module gives.
  package final var isHooked: Bool { !forwardHooks.isEmpty || !backwardHooks.isEmpty }

  package final func addForwardHook(_ hook: @escaping (Module, Tensor, Tensor) -> Void) -> Int {
    nextHook += 1
    forwardHooks[nextHook] = hook
    return nextHook
  }

  package final func addBackwardHook(_ hook: @escaping @Sendable (Tensor) -> Void) -> Int {
    nextHook += 1
    backwardHooks[nextHook] = hook
    return nextHook
  }

  package final func removeHook(_ number: Int) {
    forwardHooks[number] = nil
    backwardHooks[number] = nil
  }

  // MARK: The tree

  /// Children with their names, in the order of declaration.
  open var namedChildren: [(name: String, module: Module)] { Members(of: self).children }

  /// This module and all below it, with paths; the root's path is empty.
  public final var namedModules: [(path: String, module: Module)] {
    var found: [(path: String, module: Module)] = []
    visit("") { path, module, _ in found.append((path, module)) }
    return found
  }

  /// Gives every module its path as the label that a profile shows.
  public final func labelForProfile() {
    for (path, module) in namedModules { module.label = path }
  }

  /// All modules, this one first.
  public final var modules: [Module] { namedModules.map(\.module) }

  /// All parameters with PyTorch's names, in PyTorch's order.
  public final var namedParameters: [(name: String, parameter: Parameter)] {
    var found: [(name: String, parameter: Parameter)] = []
    visit("") { path, _, members in
      for (name, parameter) in members().parameters {
        found.append((joined(path, name), parameter))
      }
    }
    return found
  }

  /// All parameters.
  public final var parameters: [Parameter] { namedParameters.map(\.parameter) }

  /// All buffers with PyTorch's names.
  public final var namedBuffers: [(name: String, buffer: ModuleBuffer)] {
    var found: [(name: String, buffer: ModuleBuffer)] = []
    visit("") { path, _, members in
      for (name, buffer) in members().buffers { found.append((joined(path, name), buffer)) }
    }
    return found
  }

  /// Calls `body` for this module and all below it, parents first, with the paths.
  ///
  /// Reflection is slow: each module is looked at once, and by itself only if `body` asks for it.
  final func visit(_ path: String, _ body: (String, Module, () -> Members) -> Void) {
    body(path, self) { Members(of: self) }
    for (name, child) in namedChildren { child.visit(joined(path, name), body) }
  }

  /// The module at a path such as `layer4.2.conv3`; an index may count from the end: `layer4.-1`.
  public final subscript(path: String) -> Module? {
    guard !path.isEmpty else { return self }
    var module = self
    for part in path.split(separator: ".") {
      let children = module.namedChildren
      let position = Int(part).flatMap { $0 < 0 ? children.count + $0 : nil }
      if let child = children.first(where: { $0.name == part })?.module {
        module = child
      } else if let position, children.indices.contains(position) {
        module = children[position].module
      } else {
        return nil
      }
    }
    return module
  }

  /// Clears every gradient.
  public final func zeroGradients() {
    for parameter in parameters { parameter.gradient = nil }
  }
}
