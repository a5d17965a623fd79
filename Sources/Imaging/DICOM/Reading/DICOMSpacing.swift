/// The distance between pixel centers in millimeters (DICOM PS3.3 section 10.7).
///
/// A radiograph is magnified, so distances at the detector are not distances in the patient. Only a
/// `calibrated` spacing measures sizes in the patient.
public struct DICOMSpacing: Sendable, Hashable {
  /// The plane in which the spacing was measured.
  public enum Kind: String, Sendable, CaseIterable {
    /// In the patient: corrected for magnification, or a slice with a position in the patient.
    case calibrated
    /// At the detector: larger than in the patient by an unknown factor.
    case detector
    /// Not stated in the file.
    case unknown
  }

  /// The distance between rows, in millimeters.
  public let row: Double
  /// The distance between columns, in millimeters.
  public let column: Double
  /// The plane in which the spacing was measured.
  public let kind: Kind

  /// Creates a spacing.
  package init(row: Double, column: Double, kind: Kind) {
    self.row = row
    self.column = column
    self.kind = kind
  }
}

extension DICOMFile {
  /// The distance between pixel centers; nil if the file states no positive distance.
  ///
  /// `PixelSpacing` is calibrated if it differs from `ImagerPixelSpacing`, states its calibration,
  /// or belongs to a slice with an orientation in the patient. If both are equal, or there is only
  /// `ImagerPixelSpacing`, it is the detector's. `PixelSpacing` alone on a projection and the
  /// nominal spacing of a digitized film (NominalScannedPixelSpacing) are unknown.
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

  /// The distance between pixel centers at the detector; nil if the file does not state it.
  package var imagerPixelSpacing: DICOMSpacing? {
    pair(DICOMTag(0x0018, 0x1164)).map {
      DICOMSpacing(row: $0[0], column: $0[1], kind: .detector)
    }
  }

  private func pair(_ tag: DICOMTag) -> [Double]? {
    // Some writers append a third value or an empty one.
    let values = numbers(tag).prefix(2).compactMap(\.self)
    guard values.count == 2, values.allSatisfy({ $0 > 0 }) else { return nil }
    return values
  }
}
