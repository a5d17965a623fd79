public import Layers
public import Tensors

/// Keeps what a layer gave last.
///
///     try withHook(on: layer) { hook in
///       let output = model(images)
///       let activations = hook.stored
///     }
///
/// What it keeps is float32, off the tape, and never changes afterwards. A hook never changes a result.
public final class Hook {
  /// The layer's last output, detached; nil before it ran.
  public private(set) var stored: Tensor?
  private weak var module: Module?
  private var number: Int?

  /// Attaches to a layer until `remove()` or until this object goes.
  public init(_ module: Module) {
    self.module = module
    number = module.addForwardHook { [weak self] _, _, output in
      self?.stored = output.detached.converted(to: .float32)
    }
  }

  /// Detaches; what was stored stays.
  public func remove() {
    if let number { module?.removeHook(number) }
    number = nil
  }

  deinit { if let number { module?.removeHook(number) } }
}

/// Runs `body` with a hook on a layer, and detaches it whatever happens.
public func withHook<Result>(on module: Module, _ body: (Hook) throws -> Result) rethrows -> Result
{
  let hook = Hook(module)
  defer { hook.remove() }
  return try body(hook)
}
