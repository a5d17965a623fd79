/// The pixels of a frame as the file stores them, before any meaning is given to them.
///
/// Unused bits are gone and negative values are sign-extended. Several samples per pixel are
/// interleaved: the sample `s` of column `x`, row `y` is at `(y * width + x) * samplesPerPixel + s`.
public struct StoredPixels: Sendable, Equatable {
  /// The samples, in the narrowest type that holds the bits allocated.
  public enum Samples: Sendable, Equatable {
    /// Up to 8 bits, unsigned (also 1-bit data, as 0 and 1).
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
    public var count: Int {
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

  /// Columns, in pixels.
  public let width: Int
  /// Rows, in pixels.
  public let height: Int
  /// Samples per pixel: 1 or 3.
  public let samplesPerPixel: Int
  /// The samples, `height * width * samplesPerPixel` of them.
  public let samples: Samples
}

extension StoredPixels.Samples {
  /// The smallest and the largest sample, NaN left out; `nil` if there is none.
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
  /// Types of up to 16 bits go through a table of all values that occur, which is exactly the same
  /// and for large images much faster.
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
