extension DICOMFile {
  /// The samples that are not padding (PS3.3 C.7.5.1.1.2), which fills the frame around the image; all
  /// samples if there is nothing else.
  func withoutPadding(
    _ samples: StoredPixels.Samples, _ layout: PixelLayout
  ) -> StoredPixels.Samples {
    guard let padding = padding(layout) else { return samples }
    let rest = samples.filter { !padding.contains($0) }
    return rest.count > 0 ? rest : samples
  }

  private func padding(_ layout: PixelLayout) -> ClosedRange<Double>? {
    guard layout.element == .integer, let value = double(.pixelPaddingValue) else { return nil }
    let limit = double(.pixelPaddingRangeLimit) ?? value
    // Some writers state the number of a signed sample without its sign.
    func signed(_ value: Double) -> Double {
      let half = Double(1 << (layout.bitsAllocated - 1))
      return layout.isSigned && value >= half && value < 2 * half ? value - 2 * half : value
    }
    let (first, last) = (signed(value), signed(limit))
    return min(first, last)...max(first, last)
  }
}

extension StoredPixels.Samples {
  /// The samples that `isIncluded`.
  func filter(_ isIncluded: (Double) -> Bool) -> Self {
    switch self {
    case .uint8(let v): .uint8(v.filter { isIncluded(Double($0)) })
    case .int8(let v): .int8(v.filter { isIncluded(Double($0)) })
    case .uint16(let v): .uint16(v.filter { isIncluded(Double($0)) })
    case .int16(let v): .int16(v.filter { isIncluded(Double($0)) })
    case .uint32(let v): .uint32(v.filter { isIncluded(Double($0)) })
    case .int32(let v): .int32(v.filter { isIncluded(Double($0)) })
    case .float32(let v): .float32(v.filter { isIncluded(Double($0)) })
    case .float64(let v): .float64(v.filter { isIncluded($0) })
    }
  }
}
