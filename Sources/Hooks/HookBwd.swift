public import Layers
import Synchronization
public import Tensors

/// Stores the last gradient of a module's output: fastai's `HookBwd`.
///
/// The gradient is available after `backward()` of a tensor that depends on the module, also if no
/// parameter requires gradients.
public final class HookBwd {
  private final class Shared: Sendable {
    let state = Mutex<(stored: Tensor?, isAttached: Bool)>((nil, true))
  }

  private let shared = Shared()
  private weak var module: Module?
  private var number: Int?

  /// The last gradient, of the output's shape, as float32; nil before a backward pass.
  public var stored: Tensor? { shared.state.withLock { $0.stored } }

  /// Registers a backward hook until `remove()` or until this object is released.
  public init(_ module: Module) {
    self.module = module
    let shared = shared
    number = module.registerBackwardHook { gradient in
      shared.state.withLock {
        if $0.isAttached { $0.stored = gradient.detached.converted(to: .float32) }
      }
    }
  }

  /// Removes the hook; `stored` is kept.
  public func remove() {
    if let number { module?.removeHook(number) }
    number = nil
    shared.state.withLock { $0.isAttached = false }
  }

  deinit {
    if let number { module?.removeHook(number) }
    shared.state.withLock { $0.isAttached = false }
  }
}

/// Runs `body` with a backward hook on a module and removes the hook afterwards, also when `body`
/// throws.
public func withHookBwd<Result>(
  on module: Module, _ body: (HookBwd) throws -> Result
) rethrows -> Result {
  let hook = HookBwd(module)
  defer { hook.remove() }
  return try body(hook)
}
