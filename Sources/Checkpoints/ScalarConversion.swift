package import Tensors

extension ScalarType {
  /// Creates a tensor from the bytes of a file: row-major, little endian.
  ///
  /// - Precondition: The number of bytes fits the shape.
  package func tensor(_ shape: [Int], from bytes: UnsafeRawBufferPointer) -> Tensor {
    let tensor = Tensor(uninitialized: shape, dtype: tensorType)
    precondition(
      bytes.count == tensor.count * byteCount, "\(bytes.count) bytes for the shape \(shape)")
    guard let source = bytes.baseAddress, tensor.count > 0 else { return tensor }
    convert(source, into: tensor.storage.pointer, tensor.count)
    return tensor
  }

  /// Converts `count` elements in one loop per type over pointers, which the compiler vectorizes.
  private func convert(
    _ source: UnsafeRawPointer, into target: UnsafeMutableRawPointer, _ count: Int
  ) {
    func loop<In: BitwiseCopyable, Out: BitwiseCopyable>(
      _: In.Type, _: Out.Type, _ body: (In) -> Out
    ) {
      let output = target.assumingMemoryBound(to: Out.self)
      let size = MemoryLayout<In>.size
      for i in 0..<count {
        output[i] = body(source.loadUnaligned(fromByteOffset: i &* size, as: In.self))
      }
    }
    switch self {
    case .float32, .int64, .int32, .uint8:
      target.copyMemory(from: source, byteCount: count * byteCount)
    case .bfloat16: loop(UInt16.self, UInt32.self) { UInt32($0) &<< 16 }
    case .float16: loop(UInt16.self, UInt32.self, singleBits(ofHalf:))
    case .float64: loop(Double.self, Float.self) { Float($0) }
    case .int16: loop(Int16.self, Int32.self) { Int32($0) }
    case .int8: loop(Int8.self, Int32.self) { Int32($0) }
    case .bool: loop(UInt8.self, UInt8.self) { $0 == 0 ? 0 : 1 }
    }
  }
}

/// The bits of a float16 as float32: shifts the mantissa, and corrects the exponent, also of subnormal
/// numbers, by a multiplication.
@inline(__always)
func singleBits(ofHalf half: UInt16) -> UInt32 {
  let rest = UInt32(half & 0x7FFF) &<< 13
  let scaled = (Float(bitPattern: rest) * 0x1p112).bitPattern
  let magnitude = rest >= 0x0F80_0000 ? rest | 0x7F80_0000 : scaled
  return magnitude | UInt32(half & 0x8000) &<< 16
}

extension Tensor {
  /// The memory of a row-major tensor.
  var rawBytes: UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(start: storage.pointer, count: count * dtype.byteCount)
  }
}
