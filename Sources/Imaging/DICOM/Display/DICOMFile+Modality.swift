/// From stored values to what they measure.
enum ModalityTransform {
  case identity
  case rescale(slope: Double, intercept: Double)
  case table(LookupTable)

  func callAsFunction(_ stored: Double) -> Float {
    switch self {
    case .identity: Float(stored)
    case .rescale(let slope, let intercept): Float(stored * slope + intercept)
    case .table(let table): Float(table.value(at: stored))
    }
  }
}

extension DICOMFile {
  /// What the pixels of a gray-scale frame measure, such as Hounsfield units.
  ///
  /// The modality look-up table if the file has one, else `Float(Double(stored) * slope + intercept)`
  /// if it has both, else the stored value. Applied whatever the modality is called; rescale inside the
  /// functional groups of an enhanced multi-frame file is not applied.
  ///
  /// - Parameter frame: Which frame, from 0.
  /// - Returns: One value per pixel.
  /// - Precondition: `frame` is less than `frameCount`.
  /// - Throws: `DICOMError` if the pixels cannot be decoded, or are in color.
  public func modality(frame: Int) throws(DICOMError) -> ScalarImage {
    let (pixels, layout) = try decode(frame: frame)
    guard layout.photometric.hasPrefix("MONOCHROME") else {
      throw error(.unsupportedPixelData, "its pixels are colors and measure nothing")
    }
    let transform = try modalityTransform()
    return ScalarImage(
      width: pixels.width, height: pixels.height, values: pixels.samples.map { transform($0) })
  }

  func modalityTransform() throws(DICOMError) -> ModalityTransform {
    if itemCount(of: .modalityLUTSequence) > 0 {
      guard let table = try lookupTable(in: .modalityLUTSequence, item: 0) else {
        throw error(.invalidAttribute, "its modality look-up table is empty")
      }
      return .table(table)
    }
    guard string(.rescaleSlope) != nil, string(.rescaleIntercept) != nil else { return .identity }
    guard let (slope, intercept) = rescale else {
      throw error(.invalidAttribute, "RescaleSlope and RescaleIntercept are not numbers")
    }
    return .rescale(slope: slope, intercept: intercept)
  }
}
