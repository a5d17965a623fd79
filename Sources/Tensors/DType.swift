/// Type of the elements of a tensor (`torch.dtype`).
public enum DType: String, Sendable, Hashable, CaseIterable {
  /// IEEE 754 single precision.
  case float32
  /// The upper half of a float32: 8 bits of exponent, 7 bits of significand.
  case bfloat16
  /// Signed 64-bit integers.
  case int64
  /// Signed 32-bit integers.
  case int32
  /// Unsigned 8-bit integers.
  case uint8
  /// Booleans, one byte each.
  case bool

  /// Size of an element in bytes (`itemsize`).
  package var byteCount: Int {
    switch self {
    case .float32, .int32: 4
    case .bfloat16: 2
    case .int64: 8
    case .uint8, .bool: 1
    }
  }
}

/// A Swift type that corresponds to a `DType`: `Float`, `Int64`, `Int32`, `UInt8` or `Bool`.
///
/// Other types must not conform.
public protocol TensorScalar: Sendable {}

extension Float: TensorScalar {}
extension Int64: TensorScalar {}
extension Int32: TensorScalar {}
extension UInt8: TensorScalar {}
extension Bool: TensorScalar {}

extension DType {
  /// The element type that corresponds to a Swift type.
  init<Scalar: TensorScalar>(_ type: Scalar.Type) {
    switch type {
    case is Float.Type: self = .float32
    case is Int64.Type: self = .int64
    case is Int32.Type: self = .int32
    case is UInt8.Type: self = .uint8
    case is Bool.Type: self = .bool
    default: preconditionFailure("a tensor cannot store \(type)")
    }
  }
}
