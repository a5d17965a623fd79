import CKernels

/// An n-dimensional array of numbers: a value over shared storage.
///
/// Images are logically `[batch, channels, height, width]`, always. The physical layout is the
/// tensor's own business: row-major, or whatever order the primitive that made it prefers.
/// An operation on tensors that no tape watches only computes.
public struct Tensor: Sendable {
  /// Length of each dimension; empty for a single number.
  public let shape: [Int]
  /// The type of the scalars.
  public let dtype: DType
  package var storage: Storage
  /// nil: row-major.
  package var layout: Layout?
  /// Where this tensor stands on a tape; nil: no tape watches it.
  package var place: Tape.Place?

  package init(
    shape: [Int], dtype: DType, storage: Storage, layout: Layout? = nil, place: Tape.Place? = nil
  ) {
    self.shape = shape
    self.dtype = dtype
    self.storage = storage
    self.layout = layout
    self.place = place
  }

  /// Row-major memory for a shape; whoever asks must write every scalar.
  package init(uninitialized shape: [Int], dtype: DType = .float32) {
    precondition(shape.allSatisfy { $0 >= 0 }, "a tensor cannot have the shape \(shape)")
    let (count, overflow) = shape.reduce((1, false)) { product, length in
      let (value, over) = product.0.multipliedReportingOverflow(by: length)
      return (value, product.1 || over)
    }
    precondition(!overflow && count < Int.max / 16, "a tensor of shape \(shape) is too large")
    let storage = Storage(
      byteCount: count * dtype.byteCount, Tensor.described(shape, dtype))
    self.init(shape: shape, dtype: dtype, storage: storage)
  }

  /// Memory in a physical layout, of its scalars; whoever asks must write every scalar, padding included.
  package init(uninitialized shape: [Int], layout: Layout) {
    self.init(
      shape: shape, dtype: layout.dtype,
      storage: Storage(byteCount: layout.byteCount, Tensor.described(shape, layout.dtype)),
      layout: layout.isPlain ? nil : layout)
  }

  private static func described(_ shape: [Int], _ dtype: DType) -> String {
    "a \(dtype.rawValue) tensor of shape \(shape)"
  }

  /// Makes a tensor from scalars in row-major order.
  ///
  /// - Precondition: `scalars.count` is the product of `shape`.
  public init<Scalar: TensorScalar>(_ scalars: [Scalar], shape: [Int]) {
    self.init(uninitialized: shape, dtype: Scalar.dtype)
    precondition(
      scalars.count == count,
      "\(scalars.count) scalars do not fill the shape \(shape), which has \(count)")
    scalars.withUnsafeBytes { bytes in
      if let base = bytes.baseAddress {
        storage.pointer.copyMemory(from: base, byteCount: bytes.count)
      }
    }
  }

  /// Makes a vector.
  public init<Scalar: TensorScalar>(_ scalars: [Scalar]) {
    self.init(scalars, shape: [scalars.count])
  }

  /// Makes a single number, of shape `[]`.
  public init(_ scalar: Float) {
    self.init([scalar], shape: [])
  }

  /// Makes a float32 tensor of one value everywhere.
  public init(repeating value: Float, shape: [Int]) {
    self.init(uninitialized: shape)
    lb_fill(floats, value, count)
  }

  /// Makes a float32 tensor from a function that is called once per scalar, in row-major order.
  package static func random(shape: [Int], _ next: () -> Float) -> Tensor {
    let result = Tensor(uninitialized: shape)
    for i in 0..<result.count { result.floats[i] = next() }
    return result
  }

  /// Makes a float32 tensor of zeros.
  public static func zeros(_ shape: [Int]) -> Tensor { Tensor(repeating: 0, shape: shape) }

  /// Makes a float32 tensor of ones.
  public static func ones(_ shape: [Int]) -> Tensor { Tensor(repeating: 1, shape: shape) }

  /// Number of dimensions.
  public var rank: Int { shape.count }

  /// Number of scalars.
  public var count: Int { shape.reduce(1, *) }

  /// The same numbers, off the tape: nothing done with them reaches a gradient.
  public var detached: Tensor {
    Tensor(shape: shape, dtype: dtype, storage: storage, layout: layout)
  }

  /// True if no tape watches this tensor.
  package var isOffTape: Bool { place == nil }

  /// True if a gradient of this tensor will be known after a backward walk.
  public var needsGradient: Bool { (place?.index ?? -1) >= 0 }

  /// The scalars in row-major order.
  ///
  /// - Precondition: `Scalar` is the type that the tensor stores.
  public func scalars<Scalar: TensorScalar>(as type: Scalar.Type = Scalar.self) -> [Scalar] {
    precondition(
      dtype == Scalar.dtype, "the tensor stores \(dtype.rawValue), not \(Scalar.dtype.rawValue)")
    let plain = rowMajor
    let source = plain.storage.pointer.assumingMemoryBound(to: Scalar.self)
    return [Scalar](unsafeUninitializedCapacity: count) { buffer, initialized in
      buffer.baseAddress?.initialize(from: source, count: count)
      initialized = count
    }
  }

  /// The scalars of a float32 tensor in row-major order.
  public var floatScalars: [Float] { scalars(as: Float.self) }

  /// The only scalar.
  ///
  /// - Precondition: a float32 tensor with one scalar.
  public var item: Float {
    precondition(count == 1, "a tensor of shape \(shape) has \(count) scalars, not one")
    return scalars(as: Float.self)[0]
  }

  /// Calls `body` with the scalars in row-major order, without a copy where they stand so already.
  public func withScalars<Result>(_ body: (UnsafeBufferPointer<Float>) throws -> Result) rethrows
    -> Result
  {
    precondition(dtype == .float32, "the tensor stores \(dtype.rawValue), not float32")
    let plain = rowMajor
    return try withExtendedLifetime(plain) {
      try body(UnsafeBufferPointer(start: plain.floats, count: count))
    }
  }

  package var floats: UnsafeMutablePointer<Float> { storage.floats }

  /// Scalars in memory, padding included.
  var physicalCount: Int { layout.map { $0.byteCount / dtype.byteCount } ?? count }

  /// The layout as oneDNN knows it.
  var oneDNNLayout: Layout { layout ?? Layout.plain(shape, dtype.oneDNNScalar) }

  /// Memory for the same scalars in the same physical order; whoever asks must write all, padding included.
  var uninitializedAlike: Tensor {
    Tensor(
      shape: shape, dtype: dtype,
      storage: Storage(
        byteCount: physicalCount * dtype.byteCount, Tensor.described(shape, dtype)),
      layout: layout)
  }

  var bfloats: UnsafeMutablePointer<UInt16> {
    storage.pointer.assumingMemoryBound(to: UInt16.self)
  }

  func requireFloatOrBFloat(_ operation: StaticString) {
    precondition(
      dtype == .float32 || dtype == .bfloat16,
      "\(operation) needs float32 or bfloat16, not \(dtype.rawValue)")
  }

  func requireFloat(_ operation: StaticString) {
    precondition(dtype == .float32, "\(operation) needs float32, not \(dtype.rawValue)")
  }

  /// Makes this tensor the only holder of its storage, copying if it is shared.
  package mutating func makeUnique() {
    if isKnownUniquelyReferenced(&storage) { return }
    let copy = Storage(byteCount: storage.byteCount, Tensor.described(shape, dtype))
    copy.pointer.copyMemory(from: storage.pointer, byteCount: storage.byteCount)
    storage = copy
  }
}

extension Tensor: CustomStringConvertible {
  /// Shape, type and the first scalars.
  public var description: String {
    guard dtype == .float32 else { return "Tensor(\(shape), \(dtype.rawValue))" }
    let head = rowMajor
    let shown = (0..<Swift.min(count, 8)).map { "\(head.floats[$0])" }.joined(separator: ", ")
    return "Tensor(\(shape), [\(shown)\(count > 8 ? ", …" : "")])"
  }
}
