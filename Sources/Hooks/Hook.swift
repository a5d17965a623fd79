public import Layers
public import Tensors

/// Stores the last output of a module: fastai's `Hook`.
///
///     let activations = withHook(on: layer) { hook in
///       _ = model(images)
///       return hook.stored
///     }
///
/// The stored tensor is float32 and detached. A hook never changes a result.
public final class Hook {
  /// The last output; nil before the module ran.
  public private(set) var stored: Tensor?
  private weak var module: Module?
  private var number: Int?

  /// Registers a forward hook until `remove()` or until this object is released.
  public init(_ module: Module) {
    self.module = module
    number = module.registerForwardHook { [weak self] _, _, output in
      self?.stored = output.detached.converted(to: .float32)
    }
  }

  /// Removes the hook; `stored` is kept.
  public func remove() {
    if let number { module?.removeHook(number) }
    number = nil
  }

  deinit { if let number { module?.removeHook(number) } }
}

/// Runs `body` with a hook on a module and removes the hook afterwards, also when `body` throws.
public func withHook<Result>(on module: Module, _ body: (Hook) throws -> Result) rethrows -> Result
{
  let hook = Hook(module)
  defer { hook.remove() }
  return try body(hook)
}
