import Files
import Imaging
import Synchronization

/// The header of one file as cells.
struct HeaderRecord: Sendable {
  let path: String
  private(set) var attributes: [DICOMTag: [String]] = [:]
  private(set) var statistics = ["0", "0", "0", "0", ""]

  static let statisticNames = ["img_min", "img_max", "img_mean", "img_std", "img_pct_window"]

  /// The most bytes of a cell; longer values are bulk data.
  private static let textLimit = 1 << 16

  init(
    _ file: DICOMFile, _ path: String, _ window: DICOMIntensity.NamedWindow, _ readsPixels: Bool
  ) {
    self.path = path
    for tag in file.tags where tag.group % 2 == 0 && tag.group != 0x7FE0 && tag.keyword != nil {
      let values = file.strings(tag)
      guard !values.isEmpty, values.reduce(0, { $0 + $1.utf8.count }) <= Self.textLimit else {
        continue
      }
      attributes[tag] = values
    }
    if readsPixels { measure(file, window) }
  }

  private mutating func measure(_ file: DICOMFile, _ window: DICOMIntensity.NamedWindow) {
    guard let pixels = try? file.storedPixels() else { return }
    let scale = SampleScale(pixels.samples)
    statistics = [scale.minimum, scale.maximum, scale.mean, scale.deviation].map(Self.text)
    // fastai halves the width with integer division.
    let half = window.width / 2
    guard let share = file.share(of: pixels, from: window.level - half, to: window.level + half)
    else {
      statistics.append("")
      return
    }
    statistics.append(Self.text(share))
  }

  private static func text(_ value: Double) -> String {
    Int(exactly: value).map(String.init) ?? "\(value)"
  }
}

extension DICOMFile {
  /// The share of scaled values strictly inside an interval: fastai's `pct_in_window`.
  ///
  /// Values are `stored * slope + intercept` in single precision, as `scaled_px`.
  fileprivate func share(of pixels: StoredPixels, from low: Int, to high: Int) -> Double? {
    let (slope, intercept) = rescale.map { (Float($0.slope), Float($0.intercept)) } ?? (1, 0)
    let (low, high) = (Float(low), Float(high))
    func count<T: BinaryInteger>(_ values: [T]) -> Int {
      values.count { value in
        let scaled = Float(value) * slope + intercept
        return scaled > low && scaled < high
      }
    }
    func countFloats<T: BinaryFloatingPoint>(_ values: [T]) -> Int {
      values.count { value in
        let scaled = Float(value) * slope + intercept
        return scaled > low && scaled < high
      }
    }
    guard pixels.samples.count > 0 else { return nil }
    let inside =
      switch pixels.samples {
      case .uint8(let v): count(v)
      case .int8(let v): count(v)
      case .uint16(let v): count(v)
      case .int16(let v): count(v)
      case .uint32(let v): count(v)
      case .int32(let v): count(v)
      case .float32(let v): countFloats(v)
      case .float64(let v): countFloats(v)
      }
    return Double(inside) / Double(pixels.samples.count)
  }
}

/// A number that several threads count up.
final class SharedCounter: Sendable {
  private let value = Atomic<Int>(0)

  func next() -> Int { value.add(1, ordering: .relaxed).newValue }
}
