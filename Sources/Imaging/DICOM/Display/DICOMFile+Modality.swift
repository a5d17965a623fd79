/// The modality transformation of stored values.
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
  /// Decodes the modality values of a grayscale frame, such as Hounsfield units (fastai's
  /// `scaled_px`).
  ///
  /// Applies the modality lookup table if there is one, otherwise `stored * slope + intercept` if
  /// both are present. The rescale in the functional groups of enhanced multi-frame files is not
  /// applied.
  ///
  /// - Parameter frame: The index of the frame, from 0.
  /// - Returns: One value per pixel.
  /// - Precondition: `frame` is less than `frameCount`.
  /// - Throws: `DICOMError` if the pixels cannot be decoded, or are in color.
  public func modality(frame: Int) throws(DICOMError) -> ScalarImage {
    let (pixels, layout) = try decode(frame: frame)
    guard layout.photometric.hasPrefix("MONOCHROME") else {
      throw error(.unsupportedPixelData, "color pixels have no modality values")
    }
    let transform = try modalityTransform()
    return ScalarImage(
      width: pixels.width, height: pixels.height, values: pixels.samples.map { transform($0) })
  }

  func modalityTransform() throws(DICOMError) -> ModalityTransform {
    if itemCount(of: .modalityLUTSequence) > 0 {
      guard let table = try lookupTable(in: .modalityLUTSequence, item: 0) else {
        throw error(.invalidAttribute, "the modality lookup table is empty")
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
