import CDCMTK

/// The result of scanning one file.
struct ScannedFile: Sendable {
  enum Kind: Sendable {
    /// A DICOM file with pixels: its value of every property; one file can have several gray
    /// transforms.
    case image(
      [DICOMScan.Property: [String]], patient: String?, instance: String?)
    /// A DICOM file without pixels.
    case other
    /// A DICOM media directory.
    case directory
    /// Not a DICOM file.
    case foreign
    case fault(DICOMError)
  }

  let path: String
  let kind: Kind

  init(path: String) {
    self.path = path
    do throws(DICOMError) {
      kind = try Self.kind(of: DICOMFile(contentsOf: path))
    } catch {
      kind = error.reason == .notDICOM ? .foreign : .fault(error)
    }
  }

  private static func kind(of file: DICOMFile) throws(DICOMError) -> Kind {
    if file.contains(DICOMTag(0x0004, 0x1220)) { return .directory }
    let layout: PixelLayout
    do throws(DICOMError) {
      layout = try file.checkedLayout()
    } catch {
      if error.reason == .noPixelData { return .other }
      throw error
    }
    let frames = layout.frameCount > 1 ? " x \(layout.frameCount) frames" : ""
    let stored = layout.element == .integer ? "\(layout.bitsStored)" : "float"
    return .image(
      [
        .modality: [file.modality ?? "none"],
        .transferSyntax: [file.transferSyntax?.name ?? "none"],
        .photometricInterpretation: [layout.photometric],
        .bits: ["\(stored) of \(layout.bitsAllocated)" + (layout.isSigned ? " signed" : "")],
        .viewPosition: [file.viewPosition ?? "none"],
        .pixelSpacing: [file.pixelSpacing?.kind.rawValue ?? "none"],
        .size: ["\(layout.columns) x \(layout.rows)" + frames],
        .grayTransforms: try grayTransforms(of: file, layout),
        .irregularities: file.irregularities.map(\.rawValue),
      ], patient: file.patientID, instance: file.sopInstanceUID)
  }

  private static func grayTransforms(
    of file: DICOMFile, _ layout: PixelLayout
  ) throws(DICOMError) -> [String] {
    guard layout.photometric.hasPrefix("MONOCHROME") else { return [] }
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
