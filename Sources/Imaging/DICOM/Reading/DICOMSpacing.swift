/// The distance between pixel centers in millimeters (DICOM PS3.3 section 10.7).
///
/// A radiograph is magnified, so distances at the detector are not distances in the patient. Only a `calibrated`
/// spacing measures sizes in the patient, and only at the depth that the calibration is for.
public struct DICOMSpacing: Sendable, Hashable, Codable {
  /// The plane in which the spacing was measured.
  public enum Kind: String, Sendable, Codable, CaseIterable {
    /// In the patient: corrected for magnification, or a slice with a position in the patient.
    case calibrated
    /// In the patient: the detector's, divided by the file's EstimatedRadiographicMagnificationFactor.
    case estimated
    /// At the detector: larger than in the patient by an unknown factor.
    case detector
    /// Not stated in the file.
    case unknown

    /// The kind in words, for captions.
    public var words: String {
      switch self {
      case .calibrated: "in the patient, calibrated"
      case .estimated: "in the patient, by the file's estimate of the magnification"
      case .detector: "at the detector, magnification not corrected"
      case .unknown: "the file does not say in which plane"
      }
    }
  }

  /// How a spacing was calibrated (PixelSpacingCalibrationType).
  public enum Calibration: String, Sendable, Codable, CaseIterable {
    /// By the geometry of the exposure, for some assumed depth in the patient.
    case geometry = "GEOMETRY"
    /// By an object of known size in the image.
    case fiducial = "FIDUCIAL"
  }

  /// The distance between rows, in millimeters.
  public let row: Double
  /// The distance between columns, in millimeters.
  public let column: Double
  /// The plane in which the spacing was measured.
  public let kind: Kind
  /// How it was calibrated, if the file says so.
  public let calibration: Calibration?

  /// Creates a spacing.
  package init(row: Double, column: Double, kind: Kind, calibration: Calibration? = nil) {
    self.row = row
    self.column = column
    self.kind = kind
    self.calibration = calibration
  }

  /// The width and height of a box of pixels, in millimeters.
  public func size(of box: BoundingBox) -> (width: Double, height: Double) {
    (box.width * column, box.height * row)
  }

  /// A description of the spacing: the plane, and how it was calibrated.
  public var words: String {
    switch calibration {
    case .geometry: "\(kind.words) by geometry for an assumed depth"
    case .fiducial: "\(kind.words) by an object of known size"
    case nil: kind.words
    }
  }
}

extension DICOMFile {
  /// The distance between pixel centers; nil if the file states no positive distance.
  ///
  /// `PixelSpacing` is calibrated if it states a known calibration, differs from `ImagerPixelSpacing` or from the
  /// spacing of a digitized film (`NominalScannedPixelSpacing`), or belongs to a slice with an orientation in the
  /// patient. If it equals `ImagerPixelSpacing`, or there is only that, it is the detector's, and
  /// `EstimatedRadiographicMagnificationFactor` corrects it. `PixelSpacing` alone on a projection and the spacing of a
  /// digitized film are unknown.
  public var pixelSpacing: DICOMSpacing? {
    let imager = imagerPixelSpacing
    let scanned = pair(DICOMTag(0x0018, 0x2010))
    guard let patient = pair(DICOMTag(0x0028, 0x0030)) ?? sharedPixelSpacing else {
      return imager.map(corrected)
        ?? scanned.map { DICOMSpacing(row: $0.row, column: $0.column, kind: .unknown) }
    }
    let calibration = string(DICOMTag(0x0028, 0x0a02)).flatMap {
      DICOMSpacing.Calibration(rawValue: $0.uppercased())
    }
    let reference = imager.map { ($0.row, $0.column) } ?? scanned
    // Magnification changes a spacing by several percent; less is the rounding of a writer.
    let differs =
      reference.map {
        abs($0.0 / patient.row - 1) > 0.001 || abs($0.1 / patient.column - 1) > 0.001
      } ?? false
    if calibration != nil || differs || hasPatientPlane {
      return DICOMSpacing(
        row: patient.row, column: patient.column, kind: .calibrated, calibration: calibration)
    }
    return imager.map(corrected)
      ?? DICOMSpacing(row: patient.row, column: patient.column, kind: .unknown)
  }

  /// The distance between pixel centers at the detector; nil if the file does not state it.
  package var imagerPixelSpacing: DICOMSpacing? {
    pair(DICOMTag(0x0018, 0x1164)).map {
      DICOMSpacing(row: $0.row, column: $0.column, kind: .detector)
    }
  }

  /// The ratio of the distances from the source to the detector and to the patient; nil if the file states none.
  ///
  /// A factor of 1 is what devices write that do not know it.
  private var magnification: Double? {
    double(DICOMTag(0x0018, 0x1114)).flatMap { $0 > 1 && $0 <= 10 ? $0 : nil }
  }

  /// The detector's spacing in the patient, if the file estimates the magnification.
  private func corrected(_ detector: DICOMSpacing) -> DICOMSpacing {
    guard let magnification else { return detector }
    return DICOMSpacing(
      row: detector.row / magnification, column: detector.column / magnification, kind: .estimated)
  }

  /// Whether the image is a slice with an orientation in the patient.
  private var hasPatientPlane: Bool {
    doubles(DICOMTag(0x0020, 0x0037)).count == 6
      || doubles(DICOMTag(0x0020, 0x0037), in: shared + [(DICOMTag(0x0020, 0x9116), 0)]).count == 6
  }

  /// The spacing that all frames of an enhanced object share (PixelMeasuresSequence).
  private var sharedPixelSpacing: (row: Double, column: Double)? {
    pair(DICOMTag(0x0028, 0x0030), in: shared + [(DICOMTag(0x0028, 0x9110), 0)])
  }

  /// SharedFunctionalGroupsSequence.
  private var shared: Path { [(DICOMTag(0x5200, 0x9229), 0)] }

  private func pair(_ tag: DICOMTag, in path: Path = []) -> (row: Double, column: Double)? {
    // Some writers append a third value or an empty one. No detector has pixels of a meter.
    let values = numbers(tag, in: path).prefix(2).compactMap(\.self)
    guard values.count == 2, values.allSatisfy({ $0 > 1e-6 && $0 < 1000 }) else { return nil }
    return (values[0], values[1])
  }
}
