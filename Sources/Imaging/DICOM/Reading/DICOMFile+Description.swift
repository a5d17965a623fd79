import CDCMTK

// What a file says about the patient, the image and its coding.

extension DICOMTag {
  static let sopInstanceUID = DICOMTag(0x0008, 0x0018)
  static let sopClassUID = DICOMTag(0x0008, 0x0016)
  static let modality = DICOMTag(0x0008, 0x0060)
  static let patientID = DICOMTag(0x0010, 0x0020)
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
  static let voiLUTSequence = DICOMTag(0x0028, 0x3010)
}

extension DICOMFile {
  /// The patient's identifier, as in the file.
  public var patientID: String? { string(.patientID) }

  /// The kind of device, such as `CR`, `DX` or `CT`.
  public var modality: String? { string(.modality) }

  /// How the patient stood: `PA`, `AP`, `LL` and so on.
  public var viewPosition: String? { string(.viewPosition) }

  /// The directions of the rows and of the columns in the patient, such as `["L", "F"]`.
  public var patientOrientation: [String] { strings(.patientOrientation) }

  /// The identifier of this very file's content.
  public var sopInstanceUID: String? { string(.sopInstanceUID) }

  /// The identifier of the kind of object.
  public var sopClassUID: String? { string(.sopClassUID) }

  /// Rows of a frame, in pixels.
  public var rows: Int? { int(.rows) }

  /// Columns of a frame, in pixels.
  public var columns: Int? { int(.columns) }

  /// Frames in the file: 1 unless it says otherwise; `nil` if it says what is no number of frames.
  public var frameCount: Int? {
    guard string(.numberOfFrames) != nil else { return 1 }
    guard let count = int(.numberOfFrames), count >= 0 else { return nil }
    return max(1, count)
  }

  /// Samples per pixel: 1 for gray, 3 for color.
  public var samplesPerPixel: Int? { int(.samplesPerPixel) }

  /// Bits that a sample takes up.
  public var bitsAllocated: Int? { int(.bitsAllocated) }

  /// Bits of a sample that hold its value.
  public var bitsStored: Int? { int(.bitsStored) }

  /// The position of the value's most significant bit.
  public var highBit: Int? { int(.highBit) }

  /// Whether stored values may be negative.
  public var isSigned: Bool? { int(.pixelRepresentation).map { $0 == 1 } }

  /// What samples mean: `MONOCHROME1` (low is bright), `MONOCHROME2`, `RGB` and others.
  public var photometricInterpretation: String? { string(.photometricInterpretation) }

  /// The transfer syntax (how the file is coded); `nil` if the file does not say.
  public var transferSyntax: DICOMTransferSyntax? {
    let uid = handle.read { String(cString: lb_dcm_transfer_syntax($0)) }
    return uid.isEmpty ? nil : DICOMTransferSyntax(uid: uid)
  }

  /// Slope and intercept of the modality rescale; `nil` unless both are there.
  public var rescale: (slope: Double, intercept: Double)? {
    guard let slope = double(.rescaleSlope), let intercept = double(.rescaleIntercept) else {
      return nil
    }
    return (slope, intercept)
  }

  /// The windows that the file proposes, in its order, without those of a width that is not allowed
  /// (below 1 for a linear window, not above 0 for the others).
  public var windows: [DICOMWindow] {
    let function =
      DICOMWindow.Function(rawValue: (string(.voiLUTFunction) ?? "LINEAR").uppercased())
      ?? .linear
    return zip(doubles(.windowCenter), doubles(.windowWidth)).compactMap { center, width in
      DICOMWindow(center: center, width: width, function: function)
    }
  }
}

/// How a file is coded: the order of bytes and the compression.
public struct DICOMTransferSyntax: Sendable, Hashable, CustomStringConvertible {
  /// The identifier, such as `1.2.840.10008.1.2.4.50`.
  public let uid: String

  /// Makes a transfer syntax from its identifier, known or not.
  public init(uid: String) {
    self.uid = uid
  }

  /// The standard's name, such as `JPEG Baseline`; the identifier if there is none.
  public var name: String {
    var reason = lb_dcm_reason()
    lb_dcm_uid_name(uid, &reason)
    return reason.string
  }

  /// Whether Lightbox can read pixels in this syntax.
  public var isSupported: Bool { lb_dcm_is_supported_syntax(uid) != 0 }

  /// The name and the identifier.
  public var description: String { "\(name) (\(uid))" }
}
