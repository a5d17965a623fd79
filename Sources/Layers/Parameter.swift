public import Tensors

/// A tensor that training changes.
///
/// The first value is made when it is first read, so that a model whose weights come from a file
/// never draws random ones.
public final class Parameter {
  /// The lengths of the dimensions.
  public let shape: [Int]
  /// What the first value is drawn from; changing it draws anew if the value was never read.
  public var initializer: Initializer
  /// False: no gradient is computed for this parameter.
  public var requiresGradient = true
  /// True for weights and biases of normalization layers, which stay trainable while their group is frozen.
  public internal(set) var belongsToNorm = false

  package let sink = GradientSink()
  package var stream: RandomSource
  private var current: Tensor?
  /// Counts the changes, so that what was computed from the value is known to be out of date.
  package private(set) var version = 0

  /// Makes a parameter whose first value comes from an initializer.
  public init(shape: [Int], initializer: Initializer) {
    self.shape = shape
    self.initializer = initializer
    stream = Initializer.nextStream()
  }

  /// Makes a parameter from its value.
  public convenience init(_ value: Tensor) {
    self.init(shape: value.shape, initializer: .zeros)
    current = value.detached
  }

  /// The value now, in whatever physical layout its operation prefers.
  ///
  /// - Precondition: a new value has the parameter's shape.
  public var value: Tensor {
    get {
      if let current { return current }
      let made = initializer.makeTensor(shape: shape, random: stream)
      current = made
      return made
    }
    set {
      precondition(
        newValue.shape == shape, "a parameter of shape \(shape) cannot take \(newValue.shape)")
      current = newValue.detached
      version += 1
    }
  }

  /// The gradient added up since it was last cleared; nil if there is none.
  public var gradient: Tensor? {
    get { sink.gradient }
    set { sink.gradient = newValue }
  }

  /// The value as an operation on `input` takes it: on the input's tape, if it has one.
  public func watched(with input: Tensor) -> Tensor {
    guard let tape = Tape.common([input]) else { return value }
    return requiresGradient ? tape.leaf(value, sink: sink) : tape.record(value)
  }

  /// Changes the value in place; no copy is made unless somebody else holds it.
  package func update(_ body: (inout Tensor) -> Void) {
    var taken = value
    current = nil
    body(&taken)
    current = taken
    version += 1
  }

  /// Forgets the value, so that the next read draws it anew.
  package func reset(random: RandomSource) {
    stream = random
    current = nil
    version += 1
  }

  /// Keeps the value in the physical layout that its operation prefers, from now on.
  package func adopt(_ layout: Layout?) {
    guard let layout, value.layout == nil else { return }
    current = value.reordered(to: layout)
  }
}

/// A tensor that belongs to a module and is saved with it, but has no gradient: running statistics.
public final class ModuleBuffer {
  /// The value now.
  public var value: Tensor { didSet { version += 1 } }
  /// Counts the changes.
  package private(set) var version = 0

  /// Makes a buffer.
  public init(_ value: Tensor) { self.value = value }
}
