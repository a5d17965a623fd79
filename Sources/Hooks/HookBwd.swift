public import Layers
import Synchronization
public import Tensors

/// Keeps the gradient with respect to a layer's output.
///
/// The gradient is there after `backward()` of something that depends on the layer, whether or not
/// any parameter is trainable.
public final class HookBwd {
  private final class Box: Sendable {
    let state = Mutex<(stored: Tensor?, isAttached: Bool)>((nil, true))
  }

  private let box = Box()
  private weak var module: Module?
  private var number: Int?

  /// The last gradient of the layer's output, of the output's shape; nil before a backward walk met it.
  public var stored: Tensor? { box.state.withLock { $0.stored } }

  /// Attaches to a layer until `remove()` or until this object goes.
  public init(_ module: Module) {
    self.module = module
    let box = box
    number = module.addBackwardHook { gradient in
      box.state.withLock {
        if $0.isAttached { $0.stored = gradient.detached.converted(to: .float32) }
      }
    }
  }

  /// Detaches; what was stored stays.
  public func remove() {
    if let number { module?.removeHook(number) }
    number = nil
    box.state.withLock { $0.isAttached = false }
  }

  deinit {
    if let number { module?.removeHook(number) }
    box.state.withLock { $0.isAttached = false }
  }
}

/// Runs `body` with a gradient hook on a layer, and detaches it whatever happens.
public func withHookBwd<Result>(
  on module: Module, _ body: (HookBwd) throws -> Result
) rethrows -> Result {
  let hook = HookBwd(module)
  defer { hook.remove() }
  return try body(hook)
}
