/// One way from modality values to gray, worked out for a file.
private enum GrayScale {
  case table(LookupTable)
  case window(DICOMWindow)
  case range(lower: Double, upper: Double)
  case stored

  /// Gray from 0 to 255, not rounded, of a modality value.
  func gray(of x: Double) -> Double {
    switch self {
    case .table(let table): table.value(at: x) * 255 / Double(1 << table.bits - 1)
    case .window(let window): window.gray(of: x)
    case .range(let lower, let upper): upper > lower ? (x - lower) / (upper - lower) * 255 : 0
    case .stored: x
    }
  }
}

/// Rounds half up and keeps within 0...255; NaN becomes 0.
func byte(_ gray: Double) -> UInt8 {
  guard gray > 0 else { return 0 }
  return gray >= 255 ? 255 : UInt8((gray + 0.5).rounded(.down))
}

extension DICOMFile {
  /// A frame as an 8-bit image: gray (one channel) or RGB (three).
  ///
  /// Gray: stored value, modality, then `intensity`, rounded half up, and `MONOCHROME1` inverted
  /// last. Color: palettes looked up, YBR converted, more than 8 bits scaled to 8; `intensity`
  /// does not matter there.
  ///
  /// - Parameters:
  ///   - frame: Which frame, from 0.
  ///   - intensity: Which values become which gray.
  /// - Returns: The image, of the frame's own size.
  /// - Precondition: `frame` is less than `frameCount`.
  /// - Throws: `DICOMError` if the pixels cannot be decoded, or the file does not have what
  ///   `intensity` asks for.
  public func display(
    frame: Int = 0, intensity: DICOMIntensity = .automatic
  ) throws(DICOMError) -> PixelBuffer {
    let (pixels, layout) = try decode(frame: frame)
    guard layout.photometric.hasPrefix("MONOCHROME") else {
      return try color(pixels, layout)
    }
    let modality = try modalityTransform()
    let scale = try grayScale(intensity, modality, pixels, layout)
    let isInverted = layout.photometric == "MONOCHROME1"
    if case .stored = scale, case .uint8(let values) = pixels.samples, !isInverted {
      return PixelBuffer(
        width: pixels.width, height: pixels.height, channels: 1, samples: values)
    }
    let samples = pixels.samples.map { stored -> UInt8 in
      let x = if case .stored = scale { stored } else { Double(modality(stored)) }
      let gray = byte(scale.gray(of: x))
      return isInverted ? 255 - gray : gray
    }
    return PixelBuffer(width: pixels.width, height: pixels.height, channels: 1, samples: samples)
  }

  /// The number of views that the file proposes: VOI tables and valid windows, the indices of
  /// `DICOMIntensity.voi`.
  public var viewCount: Int { get throws(DICOMError) { try views().count } }

  private func views() throws(DICOMError) -> [GrayScale] {
    var found: [GrayScale] = []
    for item in 0..<itemCount(of: .voiLUTSequence) {
      if let table = try lookupTable(in: .voiLUTSequence, item: item) {
        found.append(.table(table))
      }
    }
    return found + windows.map { .window($0) }
  }

  private func grayScale(
    _ intensity: DICOMIntensity, _ modality: ModalityTransform, _ pixels: StoredPixels,
    _ layout: PixelLayout
  ) throws(DICOMError) -> GrayScale {
    let isByte = layout.bitsAllocated == 8 && !layout.isSigned && layout.element == .integer
    switch intensity {
    case .automatic:
      if let first = try views().first { return first }
      if isByte, case .identity = modality { return .stored }
      return try minMax(modality, pixels, layout)
    case .voi(let index):
      let views = try views()
      guard views.indices.contains(index) else {
        throw error(
          .missingAttribute, "it proposes \(views.count) views and none of index \(index)")
      }
      return views[index]
    case .window(let center, let width):
      guard let window = DICOMWindow(center: center, width: width) else {
        preconditionFailure("a linear window needs a width of at least 1, not \(width)")
      }
      return .window(window)
    case .range(let lower, let upper):
      precondition(upper > lower, "a range from \(lower) to \(upper) is empty")
      return .range(lower: lower, upper: upper)
    case .minMax:
      return try minMax(modality, pixels, layout)
    case .stored:
      guard isByte else {
        throw error(
          .unsupportedPixelData, "only unsigned 8-bit values can be shown as they are stored")
      }
      return .stored
    }
  }

  /// The range of the modality values of all frames.
  private func minMax(
    _ modality: ModalityTransform, _ pixels: StoredPixels, _ layout: PixelLayout
  ) throws(DICOMError) -> GrayScale {
    var lower = Double.infinity
    var upper = -Double.infinity
    for frame in 0..<layout.frameCount {
      let samples =
        layout.frameCount == 1 ? pixels.samples : try decode(frame: frame).pixels.samples
      guard let range = samples.range else { continue }
      // A table need not be monotonic: then every value counts.
      let values: [Double] =
        if case .table = modality {
          samples.map { Double(modality($0)) }
        } else {
          [Double(modality(range.lowerBound)), Double(modality(range.upperBound))]
        }
      for value in values {
        lower = min(lower, value)
        upper = max(upper, value)
      }
    }
    return .range(lower: lower, upper: upper)
  }
}
