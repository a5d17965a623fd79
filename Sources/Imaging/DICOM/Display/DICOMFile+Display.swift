import CDCMTK

/// A `DICOMIntensity` resolved for a file.
private enum GrayScale {
  case table(LookupTable)
  case window(DICOMWindow)
  case range(lower: Double, upper: Double)
  case histogram(HistogramScale)
  case stored
  case fastai

  /// Whether the stored values count, not the modality values.
  var isStored: Bool {
    switch self {
    case .stored, .fastai: true
    case .table, .window, .range, .histogram: false
    }
  }

  /// Maps a modality value to gray without rounding or clamping.
  func gray(of x: Double) -> Double {
    switch self {
    case .table(let table): table.value(at: x) * 255 / Double(1 << table.bits - 1)
    case .window(let window): window.gray(of: x)
    case .range(let lower, let upper): upper > lower ? (x - lower) / (upper - lower) * 255 : 0
    case .histogram(let scale): Double(scale(Float(x))) * 255
    case .stored, .fastai: x
    }
  }
}

/// A frame as a picture, or with the depth of the file.
package enum RenderedFrame: Sendable {
  /// 8 bits per sample: gray or RGB.
  case bytes(PixelBuffer)
  /// One image per channel, 0 to 1; not clamped with `fastai8bit`.
  case planes([ScalarImage])
}

/// Rounds half up and clamps to 0...255; NaN gives 0.
func byte(_ gray: Double) -> UInt8 {
  guard gray > 0 else { return 0 }
  return gray >= 255 ? 255 : UInt8((gray + 0.5).rounded(.down))
}

extension DICOMFile {
  /// Renders a frame as an 8-bit image: grayscale (one channel) or RGB (three).
  ///
  /// Grayscale values pass the modality transformation and `intensity`, are rounded half up, and
  /// inverted for `MONOCHROME1` or a presentation table of shape `INVERSE`. Several channels become RGB, the third black if
  /// there are two; those after the third are left out. In color images palettes are applied, YBR is converted, and more
  /// than 8 bits are scaled to 8; `intensity` is ignored.
  ///
  /// - Parameters:
  ///   - frame: The index of the frame, from 0.
  ///   - intensity: The mapping from modality values to gray.
  /// - Returns: The image at the size of the frame.
  /// - Precondition: `frame` is less than `frameCount`.
  /// - Throws: `DICOMError` if the pixels cannot be decoded, or `intensity` does not apply to the file.
  public func display(
    frame: Int = 0, intensity: DICOMIntensity = .automatic
  ) throws(DICOMError) -> PixelBuffer {
    let (pixels, layout) = try decode(frame: frame)
    guard layout.photometric.hasPrefix("MONOCHROME") else {
      return try color(pixels, layout)
    }
    if case .channels(let parts) = intensity {
      return PixelBuffer(planes: try planes(parts, pixels, layout))
    }
    return try picture(intensity, pixels, layout)
  }

  /// Renders a frame as `display`, in grayscale with the depth of the file where that is more than 8 bits.
  ///
  /// - Parameters:
  ///   - frame: The index of the frame, from 0.
  ///   - intensity: The mapping from modality values to gray; with several channels, grayscale files become planes.
  ///   - keepsDepth: False: 8 bits, unless there are several channels.
  /// - Returns: The picture or the planes.
  /// - Throws: `DICOMError`, as `display`.
  package func rendered(
    frame: Int = 0, intensity: DICOMIntensity, keepsDepth: Bool
  ) throws(DICOMError) -> RenderedFrame {
    let (pixels, layout) = try decode(frame: frame)
    guard layout.photometric.hasPrefix("MONOCHROME") else {
      return .bytes(try color(pixels, layout))
    }
    let isDeep = keepsDepth && (layout.bitsStored > 8 || layout.element != .integer)
    guard isDeep || intensity.channelCount > 1 else {
      return .bytes(try picture(intensity, pixels, layout))
    }
    return .planes(try planes(intensity.parts, pixels, layout))
  }

  private func picture(
    _ intensity: DICOMIntensity, _ pixels: StoredPixels, _ layout: PixelLayout
  ) throws(DICOMError) -> PixelBuffer {
    let modality = try modalityTransform()
    let scale = try grayScale(intensity, modality, pixels, layout)
    let isInverted = isInverted(layout, scale)
    if scale.isStored, case .uint8(let values) = pixels.samples, !isInverted {
      return PixelBuffer(
        width: pixels.width, height: pixels.height, channels: 1, samples: values)
    }
    let samples = pixels.samples.map { stored -> UInt8 in
      let x = scale.isStored ? stored : Double(modality(stored))
      let gray = byte(scale.gray(of: x))
      return isInverted ? 255 - gray : gray
    }
    return PixelBuffer(width: pixels.width, height: pixels.height, channels: 1, samples: samples)
  }

  private func planes(
    _ intensities: [DICOMIntensity], _ pixels: StoredPixels, _ layout: PixelLayout
  ) throws(DICOMError) -> [ScalarImage] {
    let modality = try modalityTransform()
    var planes: [ScalarImage] = []
    for intensity in intensities {
      let scale = try grayScale(intensity, modality, pixels, layout)
      let isInverted = isInverted(layout, scale)
      let values = pixels.samples.map { stored -> Float in
        let x = scale.isStored ? stored : Double(modality(stored))
        if case .fastai = scale { return Float(x) / 255 }
        let gray = scale.gray(of: x) / 255
        // NaN gives 0.
        let clamped = gray > 0 ? Float(min(gray, 1)) : 0
        return isInverted ? 1 - clamped : clamped
      }
      planes.append(ScalarImage(width: pixels.width, height: pixels.height, values: values))
    }
    return planes
  }

  private func isInverted(_ layout: PixelLayout, _ scale: GrayScale) -> Bool {
    if case .fastai = scale { return false }
    return isInverted(layout)
  }

  /// Whether the lowest gray is white (PS3.3 C.7.6.3.1.2 and C.11.6).
  ///
  /// The shape of the presentation table decides where the file states one, as in DCMTK.
  func isInverted(_ layout: PixelLayout) -> Bool {
    switch string(.presentationLUTShape)?.uppercased() {
    case "INVERSE": true
    case "IDENTITY": false
    default: layout.photometric == "MONOCHROME1"
    }
  }

  /// The number of views in the file, VOI tables and valid windows: the limit of
  /// `DICOMIntensity.voi`.
  public var viewCount: Int { get throws(DICOMError) { try views().count } }

  private func views() throws(DICOMError) -> [GrayScale] {
    var found: [GrayScale] = []
    let tables = itemCount(of: .voiLUTSequence)
    guard tables <= DICOMLimits.tables else {
      throw error(
        .tooLarge, "there are \(tables) VOI tables; at most \(DICOMLimits.tables) are read")
    }
    for item in 0..<tables {
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
          .missingAttribute,
          "there are \(views.count) views (VOI tables and windows), and none has index \(index)")
      }
      return views[index]
    case .window(let center, let width):
      guard let window = DICOMWindow(center: center, width: width) else {
        preconditionFailure("a window has a width of at least 1, not \(width)")
      }
      return .window(window)
    case .range(let lower, let upper):
      precondition(upper > lower, "the range from \(lower) to \(upper) is empty")
      return .range(lower: lower, upper: upper)
    case .minMax:
      return try minMax(modality, pixels, layout)
    case .percentile(let lower, let upper):
      precondition(
        lower >= 0 && lower < upper && upper <= 100,
        "percentiles ascend from 0 to 100, unlike \(lower), \(upper)")
      let values = SortedValues(withoutPadding(pixels.samples, layout)) { modality($0) }
      return .range(lower: values.percentile(lower) ?? 0, upper: values.percentile(upper) ?? 0)
    case .stored:
      guard isByte else {
        throw error(
          .unsupportedPixelData, "only unsigned 8-bit values can be displayed as stored")
      }
      return .stored
    case .fastai8bit: return .fastai
    case .histScaled(let bins):
      let values = SortedValues(pixels.samples) { modality($0) }
      let breaks = ScalarImage.freqhistBins(bins, of: values.count) { Float(values[$0]) }
      return .histogram(HistogramScale(breaks))
    case .channels(let parts):
      preconditionFailure("an intensity of \(parts.count) channels inside of a channel")
    }
  }

  /// Refuses to decode all frames of a file whose few bytes state many.
  private func checkAllFrames(_ layout: PixelLayout) throws(DICOMError) {
    guard layout.isEncapsulated, layout.frameCount > 1 else { return }
    let bytes = handle.read { file in
      var info = lb_dcm_pixel_data()
      lb_dcm_pixel_data_info(file, &info)
      return Int(info.byte_count)
    }
    let samples = layout.frameCount * layout.sampleCount
    guard samples <= DICOMLimits.samplesPerFrame + 1000 * bytes else {
      throw error(
        .tooLarge,
        "the range of all frames needs \(samples) samples of \(bytes) bytes; state an intensity")
    }
  }

  /// The range of the modality values of all frames.
  private func minMax(
    _ modality: ModalityTransform, _ pixels: StoredPixels, _ layout: PixelLayout
  ) throws(DICOMError) -> GrayScale {
    try checkAllFrames(layout)
    let path = layout.frameCount > 1 ? handle.path : nil
    let (lower, upper) = try FrameRanges.range(of: path) { () throws(DICOMError) in
      try range(modality, pixels, layout)
    }
    return .range(lower: lower, upper: upper)
  }

  private func range(
    _ modality: ModalityTransform, _ pixels: StoredPixels, _ layout: PixelLayout
  ) throws(DICOMError) -> (lower: Double, upper: Double) {
    var lower = Double.infinity
    var upper = -Double.infinity
    for frame in 0..<layout.frameCount {
      let samples = withoutPadding(
        layout.frameCount == 1 ? pixels.samples : try decode(frame: frame).pixels.samples, layout)
      guard let range = samples.range else { continue }
      // A table is not necessarily monotonic, so every value counts.
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
    return (lower, upper)
  }
}
