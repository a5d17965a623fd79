public import Layers
public import Tensors

/// Hooks on several modules: fastai's `Hooks`.
public final class Hooks {
  private let hooks: [Hook]

  /// Registers a forward hook on every module.
  public init(_ modules: [Module]) { hooks = modules.map(Hook.init) }

  /// The last output of every module.
  public var stored: [Tensor?] { hooks.map(\.stored) }

  /// Removes all hooks.
  public func remove() { for hook in hooks { hook.remove() } }
}

/// Runs `body` with hooks on several modules and removes them afterwards, also when `body` throws.
public func withHooks<Result>(
  on modules: [Module], _ body: (Hooks) throws -> Result
) rethrows -> Result {
  let hooks = Hooks(modules)
  defer { hooks.remove() }
  return try body(hooks)
}
