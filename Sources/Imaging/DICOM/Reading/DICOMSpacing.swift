/// The distance between pixels in millimeters, and what it means.
///
/// DICOM PS3.3 section 10.7: a projection (a radiograph) is magnified, so millimeters at the detector
/// are not the size of anything in the patient. Only calibrated spacing may be called a size.
public struct DICOMSpacing: Sendable, Hashable {
  /// What plane the millimeters lie in.
  public enum Kind: String, Sendable, CaseIterable {
    /// In the patient: corrected for magnification, or a slice with a position in space.
    case calibrated
    /// At the detector's surface: larger than in the patient, by an unknown factor.
    case detector
    /// The file does not tell.
    case unknown
  }

  /// Millimeters from one row to the next (down).
  public let row: Double
  /// Millimeters from one column to the next (across).
  public let column: Double
  /// What the millimeters mean.
  public let kind: Kind

  /// Makes a spacing.
  public init(row: Double, column: Double, kind: Kind) {
    self.row = row
    self.column = column
    self.kind = kind
  }
}

extension DICOMFile {
  /// The distance between pixels; `nil` if the file gives none that is above 0.
  ///
  /// `PixelSpacing` that differs from `ImagerPixelSpacing`, that names its calibration, or that
  /// belongs to a slice with an orientation in the patient, is calibrated. Both equal, or only
  /// `ImagerPixelSpacing`, is the detector's plane. `PixelSpacing` alone on a projection, or the
  /// nominal spacing of a scanned film, is unknown.
  public var pixelSpacing: DICOMSpacing? {
    let patient = pair(DICOMTag(0x0028, 0x0030))
    let imager = imagerPixelSpacing.map { [$0.row, $0.column] }
    if let patient {
      let isCalibrated =
        imager.map { $0 != patient } ?? false
        || string(DICOMTag(0x0028, 0x0a02)) != nil
        || doubles(DICOMTag(0x0020, 0x0037)).count == 6
      let kind: DICOMSpacing.Kind =
        isCalibrated ? .calibrated : imager != nil ? .detector : .unknown
      return DICOMSpacing(row: patient[0], column: patient[1], kind: kind)
    }
    if let imager { return DICOMSpacing(row: imager[0], column: imager[1], kind: .detector) }
    return pair(DICOMTag(0x0018, 0x2010)).map {
      DICOMSpacing(row: $0[0], column: $0[1], kind: .unknown)
    }
  }

  /// The distance between pixels at the detector's surface; `nil` if the file does not give it.
  public var imagerPixelSpacing: DICOMSpacing? {
    pair(DICOMTag(0x0018, 0x1164)).map {
      DICOMSpacing(row: $0[0], column: $0[1], kind: .detector)
    }
  }

  private func pair(_ tag: DICOMTag) -> [Double]? {
    let values = doubles(tag)
    guard values.count == 2, values.allSatisfy({ $0 > 0 }) else { return nil }
    return values
  }
}
