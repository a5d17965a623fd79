public import Layers
public import Tensors

/// Several hooks at once, in the order of the layers.
public final class Hooks {
  private let hooks: [Hook]

  /// Attaches to every layer.
  public init(_ modules: [Module]) { hooks = modules.map(Hook.init) }

  /// What each layer gave last.
  public var stored: [Tensor?] { hooks.map(\.stored) }

  /// Detaches all.
  public func remove() { for hook in hooks { hook.remove() } }
}

/// Runs `body` with hooks on several layers, and detaches them whatever happens.
public func withHooks<Result>(
  on modules: [Module], _ body: (Hooks) throws -> Result
) rethrows -> Result {
  let hooks = Hooks(modules)
  defer { hooks.remove() }
  return try body(hooks)
}
