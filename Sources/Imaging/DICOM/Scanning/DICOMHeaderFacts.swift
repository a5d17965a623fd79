/// What the header of a DICOM image says, for an inventory: no pixel is decoded.
package struct DICOMHeaderFacts: Sendable {
  /// The modality, such as `CR`.
  package let modality: String?
  /// The name of the transfer syntax.
  package let transferSyntax: String?
  /// The photometric interpretation, in upper case.
  package let photometric: String
  /// Bits per sample that hold the value; nil of floating point samples.
  package let bitsStored: Int?
  /// Bits per sample in memory.
  package let bitsAllocated: Int
  /// Whether stored values are signed.
  package let isSigned: Bool
  /// The number of columns.
  package let columns: Int
  /// The number of rows.
  package let rows: Int
  /// The number of frames.
  package let frames: Int
  /// The projection, such as `PA`.
  package let view: String?
  /// The side of the body: `R`, `L`, `B` or `U`; ImageLaterality, else Laterality.
  package let laterality: String?
  /// The body part, such as `CHEST`.
  package let bodyPart: String?
  /// The pixel spacing.
  package let spacing: DICOMSpacing?
  /// The windows in the file as "center/width".
  package let windows: [String]
  /// What displaying a grayscale image applies: `rescale`, `modality table`, `window`, `VOI table`, `MONOCHROME1
  /// inversion`, `presentation table inversion`.
  package let grayTransforms: [String]
  /// Whether the lowest value is shown white.
  package let isInverted: Bool

  /// Reads the facts.
  ///
  /// - Throws: `DICOMError` with the reason `.noPixelData` if the file has no image, or another if the image cannot be
  ///   read.
  package init(_ file: DICOMFile) throws(DICOMError) {
    let layout = try file.checkedLayout()
    modality = file.modality
    transferSyntax = file.transferSyntax?.name
    photometric = layout.photometric
    bitsStored = layout.element == .integer ? layout.bitsStored : nil
    bitsAllocated = layout.bitsAllocated
    isSigned = layout.isSigned
    columns = layout.columns
    rows = layout.rows
    frames = layout.frameCount
    view = file.viewPosition
    laterality = file.string(DICOMTag(0x0020, 0x0062)) ?? file.string(DICOMTag(0x0020, 0x0060))
    bodyPart = file.string(DICOMTag(0x0018, 0x0015))
    spacing = file.pixelSpacing
    windows = file.windows.map { "\(Self.short($0.center))/\(Self.short($0.width))" }
    let isGray = layout.photometric.hasPrefix("MONOCHROME")
    isInverted = isGray && file.isInverted(layout)
    grayTransforms = isGray ? try Self.grayTransforms(of: file, layout) : []
  }

  /// Bits as text, such as "12 of 16 signed".
  package var bits: String {
    "\(bitsStored.map(String.init) ?? "float") of \(bitsAllocated)" + (isSigned ? " signed" : "")
  }

  private static func short(_ value: Double) -> String {
    Int(exactly: value).map(String.init) ?? "\(value)"
  }

  private static func grayTransforms(
    of file: DICOMFile, _ layout: PixelLayout
  ) throws(DICOMError) -> [String] {
    var transforms: [String] = []
    switch try file.modalityTransform() {
    case .identity: break
    case .rescale: transforms.append("rescale")
    case .table: transforms.append("modality table")
    }
    if file.itemCount(of: .voiLUTSequence) > 0 { transforms.append("VOI table") }
    if !file.windows.isEmpty { transforms.append("window") }
    if file.isInverted(layout) {
      let isStated = layout.photometric == "MONOCHROME1"
      transforms.append(isStated ? "MONOCHROME1 inversion" : "presentation table inversion")
    }
    return transforms
  }
}
