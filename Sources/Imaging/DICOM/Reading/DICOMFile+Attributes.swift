import CDCMTK

extension DICOMTag {
  static let sopInstanceUID = DICOMTag(0x0008, 0x0018)
  static let sopClassUID = DICOMTag(0x0008, 0x0016)
  static let modality = DICOMTag(0x0008, 0x0060)
  static let patientID = DICOMTag(0x0010, 0x0020)
  static let issuerOfPatientID = DICOMTag(0x0010, 0x0021)
  static let viewPosition = DICOMTag(0x0018, 0x5101)
  static let patientOrientation = DICOMTag(0x0020, 0x0020)
  static let samplesPerPixel = DICOMTag(0x0028, 0x0002)
  static let photometricInterpretation = DICOMTag(0x0028, 0x0004)
  static let planarConfiguration = DICOMTag(0x0028, 0x0006)
  static let numberOfFrames = DICOMTag(0x0028, 0x0008)
  static let rows = DICOMTag(0x0028, 0x0010)
  static let columns = DICOMTag(0x0028, 0x0011)
  static let bitsAllocated = DICOMTag(0x0028, 0x0100)
  static let bitsStored = DICOMTag(0x0028, 0x0101)
  static let highBit = DICOMTag(0x0028, 0x0102)
  static let pixelRepresentation = DICOMTag(0x0028, 0x0103)
  static let windowCenter = DICOMTag(0x0028, 0x1050)
  static let windowWidth = DICOMTag(0x0028, 0x1051)
  static let rescaleIntercept = DICOMTag(0x0028, 0x1052)
  static let rescaleSlope = DICOMTag(0x0028, 0x1053)
  static let voiLUTFunction = DICOMTag(0x0028, 0x1056)
  static let modalityLUTSequence = DICOMTag(0x0028, 0x3000)
  static let lutDescriptor = DICOMTag(0x0028, 0x3002)
  static let lutData = DICOMTag(0x0028, 0x3006)
  static let pixelPaddingValue = DICOMTag(0x0028, 0x0120)
  static let pixelPaddingRangeLimit = DICOMTag(0x0028, 0x0121)
  static let presentationLUTShape = DICOMTag(0x2050, 0x0020)
  static let voiLUTSequence = DICOMTag(0x0028, 0x3010)
}

extension DICOMFile {
  /// The patient's identifier (PatientID).
  public var patientID: String? { string(.patientID) }

  /// The organization that issued the patient's identifier (IssuerOfPatientID).
  public var issuerOfPatientID: String? { string(.issuerOfPatientID) }

  /// The modality, such as `CR`, `DX` or `CT`.
  public var modality: String? { string(.modality) }

  /// The projection: `PA`, `AP`, `LL` and so on.
  public var viewPosition: String? { string(.viewPosition) }

  /// The directions of rows and columns relative to the patient, such as `["L", "F"]`.
  public var patientOrientation: [String] { strings(.patientOrientation) }

  /// The unique identifier of this object (SOPInstanceUID).
  public var sopInstanceUID: String? { string(.sopInstanceUID) }

  /// The unique identifier of the kind of object (SOPClassUID).
  public var sopClassUID: String? { string(.sopClassUID) }

  /// The number of rows of a frame.
  public var rows: Int? { int(.rows) }

  /// The number of columns of a frame.
  public var columns: Int? { int(.columns) }

  /// The number of frames, 1 if the file does not state it; nil if the stated number is invalid.
  public var frameCount: Int? {
    guard string(.numberOfFrames) != nil else { return 1 }
    guard let count = int(.numberOfFrames), count >= 0 else { return nil }
    return max(1, count)
  }

  /// Samples per pixel: 1 for grayscale, 3 for color.
  public var samplesPerPixel: Int? { int(.samplesPerPixel) }

  /// Bits per sample in memory.
  public var bitsAllocated: Int? { int(.bitsAllocated) }

  /// Bits per sample that hold the value.
  public var bitsStored: Int? { int(.bitsStored) }

  /// The position of the most significant bit of the value.
  package var highBit: Int? { int(.highBit) }

  /// Whether stored values are signed.
  package var isSigned: Bool? { int(.pixelRepresentation).map { $0 == 1 } }

  /// The photometric interpretation: `MONOCHROME1` (low is bright), `MONOCHROME2`, `RGB` and
  /// others.
  public var photometricInterpretation: String? { string(.photometricInterpretation) }

  /// The transfer syntax; nil if the file does not state it.
  package var transferSyntax: DICOMTransferSyntax? {
    let uid = handle.read { String(cString: lb_dcm_transfer_syntax($0)) }
    return uid.isEmpty ? nil : DICOMTransferSyntax(uid: uid)
  }

  /// Slope and intercept of the modality rescale; nil unless both are present.
  package var rescale: (slope: Double, intercept: Double)? {
    guard let slope = double(.rescaleSlope), let intercept = double(.rescaleIntercept) else {
      return nil
    }
    return (slope, intercept)
  }

  /// The windows stored in the file, in file order.
  ///
  /// Windows of invalid width (below 1 if linear, not positive otherwise) or without a number in one
  /// of their places are left out.
  package var windows: [DICOMWindow] {
    let function =
      DICOMWindow.Function(rawValue: (string(.voiLUTFunction) ?? "LINEAR").uppercased())
      ?? .linear
    return zip(numbers(.windowCenter), numbers(.windowWidth)).compactMap { center, width in
      guard let center, let width else { return nil }
      return DICOMWindow(center: center, width: width, function: function)
    }
  }
}
