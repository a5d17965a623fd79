/// The stored pixel values of a frame, before the modality and VOI transformations.
///
/// Unused bits are removed and negative values sign-extended. Samples are interleaved: sample `s`
/// of column `x`, row `y` is at `(y * width + x) * samplesPerPixel + s`.
package struct StoredPixels: Sendable, Equatable {
  /// The samples, in the narrowest type for the bits allocated.
  package enum Samples: Sendable, Equatable {
    /// Up to 8 bits, unsigned; 1-bit data as 0 and 1.
    case uint8([UInt8])
    /// Up to 8 bits, signed.
    case int8([Int8])
    /// Up to 16 bits, unsigned.
    case uint16([UInt16])
    /// Up to 16 bits, signed.
    case int16([Int16])
    /// Up to 32 bits, unsigned.
    case uint32([UInt32])
    /// Up to 32 bits, signed.
    case int32([Int32])
    /// Float Pixel Data.
    case float32([Float])
    /// Double Float Pixel Data.
    case float64([Double])

    /// The number of samples.
    package var count: Int {
      switch self {
      case .uint8(let v): v.count
      case .int8(let v): v.count
      case .uint16(let v): v.count
      case .int16(let v): v.count
      case .uint32(let v): v.count
      case .int32(let v): v.count
      case .float32(let v): v.count
      case .float64(let v): v.count
      }
    }
  }

  /// The number of columns.
  package let width: Int
  /// The number of rows.
  package let height: Int
  /// Samples per pixel: 1 or 3.
  package let samplesPerPixel: Int
  /// The `height * width * samplesPerPixel` samples.
  package let samples: Samples
}

extension StoredPixels.Samples {
  /// The smallest and largest finite sample; nil if there is none.
  var range: ClosedRange<Double>? {
    func integers<T: FixedWidthInteger>(_ values: [T]) -> ClosedRange<Double>? {
      guard var low = values.first else { return nil }
      var high = low
      for value in values {
        low = min(low, value)
        high = max(high, value)
      }
      return Double(low)...Double(high)
    }
    func floats<T: BinaryFloatingPoint>(_ values: [T]) -> ClosedRange<Double>? {
      var low = Double.infinity
      var high = -Double.infinity
      for value in values where value.isFinite {
        low = min(low, Double(value))
        high = max(high, Double(value))
      }
      return low <= high ? low...high : nil
    }
    return switch self {
    case .uint8(let v): integers(v)
    case .int8(let v): integers(v)
    case .uint16(let v): integers(v)
    case .int16(let v): integers(v)
    case .uint32(let v): integers(v)
    case .int32(let v): integers(v)
    case .float32(let v): floats(v)
    case .float64(let v): floats(v)
    }
  }

  /// Applies `transform` to every sample.
  ///
  /// Large images of up to 16 bits use a lookup table over the range of the samples: same result,
  /// faster.
  func map<Result>(_ transform: (Double) -> Result) -> [Result] {
    func small<T: FixedWidthInteger>(_ values: [T]) -> [Result] {
      guard let range, values.count > 4096 else { return values.map { transform(Double($0)) } }
      let low = Int(range.lowerBound)
      let high = Int(range.upperBound)
      guard high - low < values.count else { return values.map { transform(Double($0)) } }
      let table = (low...high).map { transform(Double($0)) }
      return [Result](unsafeUninitializedCapacity: values.count) { out, count in
        table.withUnsafeBufferPointer { table in
          values.withUnsafeBufferPointer { values in
            for i in 0..<values.count {
              (out.baseAddress.unsafelyUnwrapped + i).initialize(to: table[Int(values[i]) - low])
            }
          }
        }
        count = values.count
      }
    }
    return switch self {
    case .uint8(let v): small(v)
    case .int8(let v): small(v)
    case .uint16(let v): small(v)
    case .int16(let v): small(v)
    case .uint32(let v): v.map { transform(Double($0)) }
    case .int32(let v): v.map { transform(Double($0)) }
    case .float32(let v): v.map { transform(Double($0)) }
    case .float64(let v): v.map { transform($0) }
    }
  }
}
