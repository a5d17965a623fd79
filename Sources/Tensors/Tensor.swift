import CKernels

/// A multi-dimensional array of scalars of one type, with value semantics.
///
/// Images are logically `[batch, channels, height, width]`. The physical layout is an implementation
/// detail: row-major, or the order that the oneDNN primitive of the last operation prefers.
/// Operations on tensors that are on no `Tape` are not recorded.
public struct Tensor: Sendable {
  /// Length of each dimension; empty for a scalar.
  public let shape: [Int]
  /// Type of the elements.
  public let dtype: DType
  package var storage: Storage
  /// The physical layout; nil for row-major.
  package var layout: Layout?
  /// Position on a tape; nil if the tensor is on no tape.
  package var node: Tape.Node?

  package init(
    shape: [Int], dtype: DType, storage: Storage, layout: Layout? = nil, node: Tape.Node? = nil
  ) {
    self.shape = shape
    self.dtype = dtype
    self.storage = storage
    self.layout = layout
    self.node = node
  }

  /// Creates a row-major tensor; the caller must initialize every element.
  package init(uninitialized shape: [Int], dtype: DType = .float32) {
    precondition(shape.allSatisfy { $0 >= 0 }, "a shape has no negative length, got \(shape)")
    let (count, overflow) = shape.reduce((1, false)) { product, length in
      let (value, over) = product.0.multipliedReportingOverflow(by: length)
      return (value, product.1 || over)
    }
    precondition(!overflow && count < Int.max / 16, "a tensor of shape \(shape) is too large")
    let storage = Storage(
      byteCount: count * dtype.byteCount, Tensor.described(shape, dtype))
    self.init(shape: shape, dtype: dtype, storage: storage)
  }

  /// Creates a tensor in a physical layout; the caller must initialize every element, including
  /// padding.
  package init(uninitialized shape: [Int], layout: Layout) {
    self.init(
      shape: shape, dtype: layout.dtype,
      storage: Storage(byteCount: layout.byteCount, Tensor.described(shape, layout.dtype)),
      layout: layout.isPlain ? nil : layout)
  }

  private static func described(_ shape: [Int], _ dtype: DType) -> String {
    "a \(dtype.rawValue) tensor of shape \(shape)"
  }

  /// Creates a tensor from elements in row-major order (`torch.tensor`).
  ///
  /// - Parameters:
  ///   - scalars: The elements.
  ///   - shape: The shape. Default: a vector.
  /// - Precondition: `scalars.count` is the product of `shape`.
  public init<Scalar: TensorScalar>(_ scalars: [Scalar], shape: [Int]? = nil) {
    let shape = shape ?? [scalars.count]
    self.init(uninitialized: shape, dtype: DType(Scalar.self))
    precondition(
      scalars.count == count,
      "\(scalars.count) elements for the shape \(shape), which has \(count)")
    scalars.withUnsafeBytes { bytes in
      if let base = bytes.baseAddress {
        storage.pointer.copyMemory(from: base, byteCount: bytes.count)
      }
    }
  }

  /// Creates a float32 scalar, of shape `[]`.
  public init(_ scalar: Float) {
    self.init([scalar], shape: [])
  }

  /// Creates a float32 tensor filled with one value (`torch.full`).
  public init(repeating value: Float, shape: [Int]) {
    self.init(uninitialized: shape)
    lb_fill(floats, value, count)
  }

  /// Creates a float32 tensor of zeros (`torch.zeros`).
  public static func zeros(_ shape: [Int]) -> Tensor { Tensor(repeating: 0, shape: shape) }

  /// Creates a float32 tensor of ones (`torch.ones`).
  public static func ones(_ shape: [Int]) -> Tensor { Tensor(repeating: 1, shape: shape) }

  /// Number of dimensions (`ndim`).
  public var rank: Int { shape.count }

  /// Number of elements (`numel`).
  public var count: Int { shape.reduce(1, *) }

  /// The same values on no tape (`detach()`).
  public var detached: Tensor {
    Tensor(shape: shape, dtype: dtype, storage: storage, layout: layout)
  }

  /// True if the tensor is on no tape.
  package var isOffTape: Bool { node == nil }

  /// True if backward computes a gradient for this tensor (`requires_grad`).
  package var needsGradient: Bool { (node?.index ?? -1) >= 0 }

  /// The elements in row-major order.
  ///
  /// - Precondition: `Scalar` is the Swift type of `dtype`.
  public func scalars<Scalar: TensorScalar>(as type: Scalar.Type = Scalar.self) -> [Scalar] {
    precondition(
      dtype == DType(type), "the tensor has type \(dtype.rawValue), not \(DType(type).rawValue)")
    let plain = rowMajor
    let source = plain.storage.pointer.assumingMemoryBound(to: Scalar.self)
    return [Scalar](unsafeUninitializedCapacity: count) { buffer, initialized in
      buffer.baseAddress?.initialize(from: source, count: count)
      initialized = count
    }
  }

  /// The elements of a float32 tensor in row-major order (`tolist()`).
  public var floatScalars: [Float] { scalars(as: Float.self) }

  /// The value of a float32 tensor with one element (`item()`).
  ///
  /// - Precondition: The tensor is float32 and has one element.
  public var item: Float {
    precondition(count == 1, "item needs a tensor with one element, not the shape \(shape)")
    return scalars(as: Float.self)[0]
  }

  package var floats: UnsafeMutablePointer<Float> { storage.floats }

  /// Number of elements in memory, including padding.
  var physicalCount: Int { layout.map { $0.byteCount / dtype.byteCount } ?? count }

  /// oneDNN's descriptor of the layout.
  var oneDNNLayout: Layout { layout ?? Layout.plain(shape, dtype.oneDNNScalar) }

  /// An uninitialized tensor of the same shape, type and layout (`empty_like`).
  ///
  /// The caller must initialize every element, including padding.
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

  /// Ensures that no other tensor shares the storage, by copying it if necessary.
  package mutating func makeUnique() {
    if isKnownUniquelyReferenced(&storage) { return }
    let copy = Storage(byteCount: storage.byteCount, Tensor.described(shape, dtype))
    copy.pointer.copyMemory(from: storage.pointer, byteCount: storage.byteCount)
    storage = copy
  }
}

extension Tensor: CustomStringConvertible {
  /// Shape, type and the first elements.
  public var description: String {
    guard dtype == .float32 else { return "Tensor(\(shape), \(dtype.rawValue))" }
    let head = rowMajor
    let shown = (0..<Swift.min(count, 8)).map { "\(head.floats[$0])" }.joined(separator: ", ")
    return "Tensor(\(shape), [\(shown)\(count > 8 ? ", …" : "")])"
  }
}
