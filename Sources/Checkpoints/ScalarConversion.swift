package import Tensors

extension ScalarType {
  /// A tensor from numbers as they stand in a file: row-major, little endian.
  ///
  /// - Precondition: `bytes` has exactly what the shape needs.
  package func tensor(_ shape: [Int], from bytes: UnsafeRawBufferPointer) -> Tensor {
    let tensor = Tensor(uninitialized: shape, dtype: tensorType)
    precondition(bytes.count == tensor.count * byteCount, "\(bytes.count) bytes are not \(shape)")
    guard let source = bytes.baseAddress, tensor.count > 0 else { return tensor }
    convert(source, into: tensor.storage.pointer, tensor.count)
    return tensor
  }

  /// One loop per type over plain pointers, which the compiler turns into vector code: weights of a
  /// hundred megabytes pass here.
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

/// A half as a float32, by bits: the mantissa moves up, and a product corrects the exponent, also of
/// numbers below the normal ones.
@inline(__always)
func singleBits(ofHalf half: UInt16) -> UInt32 {
  let rest = UInt32(half & 0x7FFF) &<< 13
  let scaled = (Float(bitPattern: rest) * 0x1p112).bitPattern
  let magnitude = rest >= 0x0F80_0000 ? rest | 0x7F80_0000 : scaled
  return magnitude | UInt32(half & 0x8000) &<< 16
}
