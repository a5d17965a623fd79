import Files
import Foundation
package import Imaging

extension PixelFacts {
  /// Measures the samples of a frame.
  ///
  /// - Parameters:
  ///   - samples: The stored values, channels interleaved.
  ///   - width: The number of columns.
  ///   - height: The number of rows.
  ///   - channels: Samples per pixel.
  ///   - bits: The bits that hold a value.
  ///   - isWhole: Whether this is the only frame, so that its checksum identifies the image.
  package init(
    _ samples: StoredPixels.Samples, width: Int, height: Int, channels: Int, bits: Int,
    isWhole: Bool
  ) {
    let digest: String?
    let scale = SampleScale(samples)
    if isWhole {
      let hash = FileHash()
      hash.update(Array("\(width) \(height) \(channels) ".utf8))
      switch samples {
      case .uint8(let v): hash.update(v)
      case .int8(let v): v.withUnsafeBytes { hash.update($0) }
      case .uint16(let v): v.withUnsafeBytes { hash.update($0) }
      case .int16(let v): v.withUnsafeBytes { hash.update($0) }
      case .uint32(let v): v.withUnsafeBytes { hash.update($0) }
      case .int32(let v): v.withUnsafeBytes { hash.update($0) }
      case .float32(let v): v.withUnsafeBytes { hash.update($0) }
      case .float64(let v): v.withUnsafeBytes { hash.update($0) }
      }
      digest = String(hash.finalize().prefix(32))
    } else {
      digest = nil
    }
    let gray = scale.bytes(every: channels)
    self.init(
      minimum: scale.minimum, maximum: scale.maximum, mean: scale.mean,
      deviation: scale.deviation, spread: Self.spread(gray, scale, bits),
      letters: scale.maximum > scale.minimum
        ? TextDetector.letters(in: gray, width: width, height: height) : 0,
      digest: digest)
  }

  private static func spread(_ gray: [UInt8], _ scale: SampleScale, _ bits: Int) -> Spread {
    let range = scale.maximum - scale.minimum
    if range == 0 { return .constant }
    if bits <= 16, range <= 0.01 * Double(1 << bits - 1) { return .nearlyConstant }
    var counts = [Int](repeating: 0, count: 256)
    for value in gray { counts[Int(value)] += 1 }
    // The narrowest interval with 99 % of the samples.
    let wanted = (gray.count * 99 + 99) / 100
    var (low, sum) = (0, 0)
    for high in 0..<256 {
      sum += counts[high]
      while sum - counts[low] >= wanted, low < high {
        sum -= counts[low]
        low += 1
      }
      if sum >= wanted, high - low <= 5 { return .nearlyConstant }
    }
    return .normal
  }
}

/// Samples of any type: their statistics, and as bytes from the smallest (0) to the largest (255).
struct SampleScale {
  private(set) var minimum = 0.0
  private(set) var maximum = 0.0
  private(set) var mean = 0.0
  private(set) var deviation = 0.0
  private let samples: StoredPixels.Samples

  init(_ samples: StoredPixels.Samples) {
    self.samples = samples
    switch samples {
    case .uint8(let v): measure(v)
    case .int8(let v): measure(v)
    case .uint16(let v): measure(v)
    case .int16(let v): measure(v)
    case .uint32(let v): measure(v)
    case .int32(let v): measure(v)
    case .float32(let v): measureFloats(v)
    case .float64(let v): measureFloats(v)
    }
  }

  /// Gray values; of color samples the second (green) of each pixel.
  func bytes(every step: Int) -> [UInt8] {
    switch samples {
    case .uint8(let v): scaled(v, step)
    case .int8(let v): scaled(v, step)
    case .uint16(let v): scaled(v, step)
    case .int16(let v): scaled(v, step)
    case .uint32(let v): scaled(v, step)
    case .int32(let v): scaled(v, step)
    case .float32(let v): scaledFloats(v, step)
    case .float64(let v): scaledFloats(v, step)
    }
  }

  private mutating func measure<T: FixedWidthInteger>(_ values: [T]) {
    guard let first = values.first else { return }
    var (low, high) = (first, first)
    var sum = 0
    // Samples have up to 32 bits and frames up to 2^27 of them.
    for value in values {
      low = min(low, value)
      high = max(high, value)
      sum &+= Int(truncatingIfNeeded: value)
    }
    let mean = Double(sum) / Double(values.count)
    var squares = 0.0
    if T.bitWidth == 8 {
      var counts = [Int](repeating: 0, count: 256)
      for value in values { counts[Int(UInt8(truncatingIfNeeded: value))] += 1 }
      for code in 0..<256 where counts[code] > 0 {
        let value = Double(T(truncatingIfNeeded: code))
        squares += Double(counts[code]) * (value - mean) * (value - mean)
      }
    } else {
      for value in values {
        let difference = Double(value) - mean
        squares += difference * difference
      }
    }
    set(Double(low), Double(high), mean, squares / Double(values.count))
  }

  private mutating func measureFloats<T: BinaryFloatingPoint>(_ values: [T]) {
    var (low, high, sum, count) = (Double.infinity, -Double.infinity, 0.0, 0)
    for value in values where value.isFinite {
      low = min(low, Double(value))
      high = max(high, Double(value))
      sum += Double(value)
      count += 1
    }
    guard count > 0, (high - low).isFinite else { return }
    let mean = sum / Double(count)
    var squares = 0.0
    for value in values where value.isFinite {
      let difference = Double(value) - mean
      squares += difference * difference
    }
    set(low, high, mean, squares / Double(count))
  }

  private mutating func set(_ low: Double, _ high: Double, _ mean: Double, _ variance: Double) {
    (minimum, maximum) = (low, high)
    self.mean = mean
    deviation = variance.squareRoot()
  }

  private func scaled<T: FixedWidthInteger>(_ values: [T], _ step: Int) -> [UInt8] {
    let range = maximum - minimum
    guard range > 0 else { return [UInt8](repeating: 0, count: values.count / step) }
    if T.bitWidth == 8, range == 255, step == 1 {
      let shift = Int(minimum)
      return values.map { UInt8(truncatingIfNeeded: Int($0) - shift) }
    }
    let factor = Float(255 / range)
    let low = Float(minimum)
    return [UInt8](unsafeUninitializedCapacity: values.count / step) { out, count in
      values.withUnsafeBufferPointer { values in
        for i in 0..<values.count / step {
          out[i] = UInt8((Float(values[i * step + step / 2]) - low) * factor)
        }
      }
      count = values.count / step
    }
  }

  private func scaledFloats<T: BinaryFloatingPoint>(_ values: [T], _ step: Int) -> [UInt8] {
    let range = maximum - minimum
    return (0..<values.count / step).map { i in
      let value = Double(values[i * step + step / 2])
      guard range > 0, value.isFinite else { return 0 }
      return UInt8((min(max((value - minimum) / range, 0), 1)) * 255)
    }
  }
}
