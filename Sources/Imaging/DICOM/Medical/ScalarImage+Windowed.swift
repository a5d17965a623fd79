extension ScalarImage {
  /// The values of a window as 0 to 1, those outside clamped: fastai's `windowed(w, l)`.
  ///
  /// - Parameters:
  ///   - width: The width of the window, at least 2; its half is a whole number (`w // 2`).
  ///   - level: The center of the window (`l`).
  /// - Returns: `(x - low) / (high - low)`, with `low` and `high` the level minus and plus half the width.
  public func windowed(width: Int, level: Int) -> ScalarImage {
    precondition(width >= 2, "a window has a width of at least 2, not \(width)")
    let (low, high) = (Float(level - width / 2), Float(level + width / 2))
    return map { (min(max($0, low), high) - low) / (high - low) }
  }

  /// The values of a named window, such as `.lungs`, as 0 to 1.
  public func windowed(_ window: DICOMIntensity.NamedWindow) -> ScalarImage {
    windowed(width: window.width, level: window.level)
  }

  /// The share of values strictly inside of a window: fastai's `pct_in_window(w, l)`.
  public func pctInWindow(width: Int, level: Int) -> Double {
    let (low, high) = (Float(level - width / 2), Float(level + width / 2))
    return Double(values.count { $0 > low && $0 < high }) / Double(values.count)
  }

  /// The share of values strictly inside of a named window.
  public func pctInWindow(_ window: DICOMIntensity.NamedWindow) -> Double {
    pctInWindow(width: window.width, level: window.level)
  }

  /// The image with a function applied to each value.
  func map(_ transform: (Float) -> Float) -> ScalarImage {
    ScalarImage(width: width, height: height, values: values.map(transform))
  }
}

extension DICOMFile {
  /// The stored values times RescaleSlope plus RescaleIntercept, in single precision: fastai's `scaled_px`.
  ///
  /// The values are those of the file where it states no rescale. Photometric interpretation, modality tables and padding
  /// are ignored; `modality(frame:)` regards tables.
  ///
  /// - Parameter frame: The index of the frame, from 0.
  /// - Returns: One value per pixel.
  /// - Precondition: `frame` is less than `frameCount`.
  /// - Throws: `DICOMError` if the pixels cannot be decoded, or are in color.
  public func scaledPixels(frame: Int = 0) throws(DICOMError) -> ScalarImage {
    let (pixels, layout) = try decode(frame: frame)
    guard pixels.samplesPerPixel == 1 else {
      throw error(.unsupportedPixelData, "\(layout.photometric) pixels have no single value")
    }
    var scale: (slope: Float, intercept: Float)?
    if string(.rescaleSlope) != nil, string(.rescaleIntercept) != nil {
      guard let (slope, intercept) = rescale else {
        throw error(.invalidAttribute, "RescaleSlope and RescaleIntercept are not numbers")
      }
      scale = (Float(slope), Float(intercept))
    }
    let values: [Float] =
      if let scale {
        pixels.samples.map { Float($0) * scale.slope + scale.intercept }
      } else {
        pixels.samples.map { Float($0) }
      }
    return ScalarImage(width: pixels.width, height: pixels.height, values: values)
  }

  /// The window of a frame as 0 to 1: fastai's `windowed(w, l)`.
  ///
  /// - Throws: `DICOMError` if the pixels cannot be decoded, or are in color.
  public func windowed(width: Int, level: Int, frame: Int = 0) throws(DICOMError) -> ScalarImage {
    try scaledPixels(frame: frame).windowed(width: width, level: level)
  }

  /// A named window of a frame as 0 to 1, such as `.lungs`.
  ///
  /// - Throws: `DICOMError` if the pixels cannot be decoded, or are in color.
  public func windowed(
    _ window: DICOMIntensity.NamedWindow, frame: Int = 0
  ) throws(DICOMError) -> ScalarImage {
    try scaledPixels(frame: frame).windowed(window)
  }

  /// The share of the values of a frame strictly inside of a window: fastai's `pct_in_window(w, l)`.
  ///
  /// - Throws: `DICOMError` if the pixels cannot be decoded, or are in color.
  public func pctInWindow(width: Int, level: Int, frame: Int = 0) throws(DICOMError) -> Double {
    try scaledPixels(frame: frame).pctInWindow(width: width, level: level)
  }

  /// Values equalized to 0 to 1: fastai's `hist_scaled`; see `ScalarImage.histScaled`.
  ///
  /// - Throws: `DICOMError` if the pixels cannot be decoded, or are in color.
  public func histScaled(
    breaks: [Float]? = nil, minimum: Float? = nil, maximum: Float? = nil, frame: Int = 0
  ) throws(DICOMError) -> ScalarImage {
    try scaledPixels(frame: frame).histScaled(breaks: breaks, minimum: minimum, maximum: maximum)
  }

  /// One channel per window, and one that is equalized: fastai's `to_nchan`; see `ScalarImage.toNChannels`.
  ///
  /// - Throws: `DICOMError` if the pixels cannot be decoded, or are in color.
  public func toNChannels(
    _ windows: [(width: Int, level: Int)], addsHistScaled: Bool = true, frame: Int = 0
  ) throws(DICOMError) -> [ScalarImage] {
    try scaledPixels(frame: frame).toNChannels(windows, addsHistScaled: addsHistScaled)
  }
}
