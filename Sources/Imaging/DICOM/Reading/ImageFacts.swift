/// What a DICOM file says about its image beside the pixels: its scale, its sides and its identity.
///
/// All coordinates and edges are those of the original image. PNG and JPEG files have none of these facts.
public struct ImageFacts: Sendable, Hashable, Codable {
  /// The distance between pixel centers, with the plane in which it was measured.
  public var spacing: DICOMSpacing?
  /// Where the rows and the columns of the image point in the patient, such as `["L", "F"]` (PatientOrientation);
  /// empty if the file does not say so.
  public var patientOrientation: [String]
  /// The projection: `PA`, `AP`, `LL` and so on (ViewPosition).
  public var viewPosition: String?
  /// The unique identifier of the object (SOPInstanceUID).
  public var sopInstanceUID: String?

  /// Creates facts; those not given are unknown.
  public init(
    spacing: DICOMSpacing? = nil, patientOrientation: [String] = [], viewPosition: String? = nil,
    sopInstanceUID: String? = nil
  ) {
    self.spacing = spacing
    self.patientOrientation = patientOrientation
    self.viewPosition = viewPosition
    self.sopInstanceUID = sopInstanceUID
  }

  /// The facts of a DICOM file; texts that are longer than the standard allows are left out.
  package init(_ file: DICOMFile) {
    func short(_ text: String?, _ limit: Int) -> String? {
      text.flatMap { $0.utf8.count <= limit ? $0 : nil }
    }
    let orientation = file.imageOrientation
    self.init(
      spacing: file.pixelSpacing,
      patientOrientation: orientation.allSatisfy { $0.utf8.count <= 16 } ? orientation : [],
      viewPosition: short(file.viewPosition, 16), sopInstanceUID: short(file.sopInstanceUID, 64))
  }
}

extension ImageFacts {
  /// A side of the patient.
  public enum Side: String, Sendable, Codable, CaseIterable {
    /// The patient's right.
    case right = "R"
    /// The patient's left.
    case left = "L"

    fileprivate var opposite: Side { self == .right ? .left : .right }
  }

  /// An edge of the image.
  public enum Edge: String, Sendable, Codable, CaseIterable {
    /// Column 0.
    case left
    /// The last column.
    case right
    /// Row 0.
    case top
    /// The last row.
    case bottom
  }

  /// Which side of the patient lies at an edge of the image, for a mark such as "R".
  public struct SideMark: Sendable, Hashable, Codable {
    /// The edge of the image.
    public let edge: Edge
    /// The side of the patient.
    public let side: Side
    /// Whether the file does not say so, and the convention for frontal films is assumed.
    public let isAssumed: Bool

    /// The mark: "R", or "R (assumed)".
    public var text: String { isAssumed ? "\(side.rawValue) (assumed)" : side.rawValue }
  }

  /// Which side of the patient lies at an edge of the image; nil if that is not known.
  ///
  /// Rows that point to the patient's left (PatientOrientation `L\F`) begin at the patient's right. Without
  /// PatientOrientation, PA and AP films are assumed to be stored as they are shown: the patient's right at the left.
  public func side(at edge: Edge) -> SideMark? {
    let isAssumed = patientOrientation.isEmpty
    guard !isAssumed || isFrontal else { return nil }
    let directions = isAssumed ? ["L", "F"] : patientOrientation
    let isRow = edge == .left || edge == .right
    guard let direction = directions.dropFirst(isRow ? 0 : 1).first,
      let far = Side(direction: direction)
    else { return nil }
    let isFar = edge == .right || edge == .bottom
    return SideMark(edge: edge, side: isFar ? far : far.opposite, isAssumed: isAssumed)
  }

  /// The mark that a figure shows: at the left edge, or at the top of an image that lies on its side; nil if no side is
  /// known.
  public var sideMark: SideMark? { side(at: .left) ?? side(at: .top) }

  /// Whether the view is from the front or the back.
  package var isFrontal: Bool {
    (viewPosition ?? "").uppercased().split { !$0.isLetter }.contains { $0 == "PA" || $0 == "AP" }
  }
}

extension ImageFacts.Side {
  /// The side that a direction mainly points to (DICOM PS3.3 section C.7.6.1.1.1): `LF` is left, `PR` is not a side.
  ///
  /// `LE` and `RT` are left and right of animals.
  fileprivate init?(direction: String) {
    let letters = direction.uppercased()
    if letters.hasPrefix("RT") {
      self = .right
    } else if letters.hasPrefix("L") {
      self = .left
    } else if letters.hasPrefix("R") {
      self = .right
    } else {
      return nil
    }
  }
}

extension DICOMFile {
  /// Where rows and columns point in the patient: PatientOrientation, or the main directions of
  /// ImageOrientationPatient; empty if neither is known.
  package var imageOrientation: [String] {
    let stated = patientOrientation
    if stated.count == 2, stated.allSatisfy({ !$0.isEmpty }) { return stated }
    let cosines = doubles(DICOMTag(0x0020, 0x0037))
    guard cosines.count == 6 else { return [] }
    return [cosines.prefix(3), cosines.suffix(3)].map { vector in
      let axes = zip(vector, [("L", "R"), ("P", "A"), ("H", "F")])
      let main = axes.max { abs($0.0) < abs($1.0) }
      return main.map { $0.0 < 0 ? $0.1.1 : $0.1.0 } ?? ""
    }
  }
}
