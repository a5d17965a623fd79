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

/// A Swift type that corresponds to a `DType`.
public protocol TensorScalar: Sendable {
  /// The corresponding element type.
  static var dtype: DType { get }
}

extension Float: TensorScalar {
  /// `.float32`.
  public static var dtype: DType { .float32 }
}
extension Int64: TensorScalar {
  /// `.int64`.
  public static var dtype: DType { .int64 }
}
extension Int32: TensorScalar {
  /// `.int32`.
  public static var dtype: DType { .int32 }
}
extension UInt8: TensorScalar {
  /// `.uint8`.
  public static var dtype: DType { .uint8 }
}
extension Bool: TensorScalar {
  /// `.bool`.
  public static var dtype: DType { .bool }
}
