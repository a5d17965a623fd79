public import Tensors

/// A trainable tensor: PyTorch's `nn.Parameter`.
///
/// Initial values are drawn when the value is first read, so not for a model whose weights are loaded.
public final class Parameter {
  /// The shape.
  public let shape: [Int]
  /// The distribution of the initial values; a change has no effect after the value was read.
  public var initializer: Initializer
  /// Whether gradients are computed (`requires_grad`).
  public var requiresGradient = true
  /// True for weights and biases of normalization layers, which stay trainable in frozen groups.
  package internal(set) var belongsToNorm = false

  package let sink = GradientSink()
  private var stream: RandomSource
  private var current: Tensor?
  /// Counts changes, to detect outdated values computed from this parameter.
  package private(set) var version = 0

  /// Creates a parameter with initial values from an initializer.
  public init(shape: [Int], initializer: Initializer) {
    self.shape = shape
    self.initializer = initializer
    stream = Initializer.nextStream()
  }

  /// Creates a parameter from its value.
  public convenience init(_ value: Tensor) {
    self.init(shape: value.shape, initializer: .zeros)
    current = value.detached
  }

  /// The value (`data`), in the memory layout that its operation prefers.
  ///
  /// - Precondition: A new value has the parameter's shape.
  public var value: Tensor {
    get {
      if let current { return current }
      let initial = initializer.makeTensor(shape: shape, random: stream)
      current = initial
      return initial
    }
    set {
      precondition(
        newValue.shape == shape,
        "a parameter of shape \(shape) cannot take a value of shape \(newValue.shape)")
      current = newValue.detached
      version += 1
    }
  }

  /// The gradient accumulated since it was last cleared (`grad`); nil if there is none.
  public var gradient: Tensor? {
    get { sink.gradient }
    set { sink.gradient = newValue }
  }

  /// Records the value on the tape of another tensor, so that its gradient is computed.
  ///
  /// - Parameter input: The tensor with which the value is combined.
  /// - Returns: The value, on the tape of `input` if it has one.
  public func watched(with input: Tensor) -> Tensor {
    guard let tape = Tape.common([input]) else { return value }
    return requiresGradient ? tape.leaf(value, sink: sink) : tape.record(value)
  }

  /// Changes the value in place, without a copy if the storage is not shared.
  package func update(_ body: (inout Tensor) -> Void) {
    var taken = value
    current = nil
    body(&taken)
    current = taken
    version += 1
  }

  /// Discards the value; the next read draws it from `random`.
  package func reset(random: RandomSource) {
    stream = random
    current = nil
    version += 1
  }

  /// Reorders the value to the memory layout that its operation prefers.
  package func adopt(_ layout: Layout?) {
    guard let layout, value.layout == nil else { return }
    current = value.reordered(to: layout)
  }
}

/// A tensor that is saved with a module but has no gradient, such as running statistics: PyTorch's
/// buffer.
public final class ModuleBuffer {
  /// The value.
  public var value: Tensor { didSet { version += 1 } }
  /// Counts changes.
  package private(set) var version = 0

  /// Creates a buffer.
  public init(_ value: Tensor) { self.value = value }
}
