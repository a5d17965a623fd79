import Tensors

/// The scalar type of a tensor in a file; raw values are safetensors' names.
///
/// Files have more types than `Tensor`: reading converts them, converting a file keeps the bytes.
package enum ScalarType: String, Sendable, Hashable, CaseIterable, Codable {
  /// IEEE 754 double precision.
  case float64 = "F64"
  /// IEEE 754 single precision.
  case float32 = "F32"
  /// IEEE 754 half precision.
  case float16 = "F16"
  /// The upper half of an IEEE 754 single precision number.
  case bfloat16 = "BF16"
  /// Signed 64-bit integers.
  case int64 = "I64"
  /// Signed 32-bit integers.
  case int32 = "I32"
  /// Signed 16-bit integers.
  case int16 = "I16"
  /// Signed bytes.
  case int8 = "I8"
  /// Unsigned bytes.
  case uint8 = "U8"
  /// One byte each, 0 or 1.
  case bool = "BOOL"

  /// The size of one element in bytes.
  package var byteCount: Int {
    switch self {
    case .float64, .int64: 8
    case .float32, .int32: 4
    case .float16, .bfloat16, .int16: 2
    case .int8, .uint8, .bool: 1
    }
  }

  /// PyTorch's name of the type, such as "float32".
  package var pyTorchName: String { "\(self)" }

  /// Whether the type is a floating-point type.
  package var isFloatingPoint: Bool {
    switch self {
    case .float64, .float32, .float16, .bfloat16: true
    default: false
    }
  }

  /// PyTorch's storage class of this type.
  var storageClass: String {
    switch self {
    case .float64: "DoubleStorage"
    case .float32: "FloatStorage"
    case .float16: "HalfStorage"
    case .bfloat16: "BFloat16Storage"
    case .int64: "LongStorage"
    case .int32: "IntStorage"
    case .int16: "ShortStorage"
    case .int8: "CharStorage"
    case .uint8: "ByteStorage"
    case .bool: "BoolStorage"
    }
  }

  /// The type in which a tensor is written.
  init(_ dtype: DType) {
    switch dtype {
    case .float32: self = .float32
    case .bfloat16: self = .bfloat16
    case .int64: self = .int64
    case .int32: self = .int32
    case .uint8: self = .uint8
    case .bool: self = .bool
    }
  }

  /// Whether a tensor has the same elements as the file, so that they are read without conversion.
  var isTensorType: Bool {
    switch self {
    case .float32, .int64, .int32, .uint8: true
    default: false
    }
  }

  /// The type to which a tensor is converted on reading.
  var tensorType: DType {
    switch self {
    case .float64, .float32, .float16, .bfloat16: .float32
    case .int64: .int64
    case .int32, .int16, .int8: .int32
    case .uint8: .uint8
    case .bool: .bool
    }
  }
}
