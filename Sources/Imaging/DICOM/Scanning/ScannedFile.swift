import CDCMTK
import Files

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
    /// A file that packs others, such as a zip file.
    case archive
    case fault(DICOMError)
  }

  let path: String
  let kind: Kind

  init(path: String) {
    self.path = path
    do throws(DICOMError) {
      kind = try Self.kind(of: DICOMFile(contentsOf: path))
    } catch {
      kind =
        error.reason != .notDICOM ? .fault(error) : Self.isArchive(path) ? .archive : .foreign
    }
  }

  /// Whether a file starts as zip, gzip, bzip2, xz, 7z and rar files do, or is a tar file.
  private static func isArchive(_ path: String) -> Bool {
    let head = FileHead.read(path, count: 262)
    let starts: [[UInt8]] = [
      [0x50, 0x4B, 0x03, 0x04], [0x50, 0x4B, 0x05, 0x06], [0x1F, 0x8B], [0x42, 0x5A, 0x68],
      [0xFD, 0x37, 0x7A, 0x58, 0x5A], [0x37, 0x7A, 0xBC, 0xAF], [0x52, 0x61, 0x72, 0x21],
    ]
    return starts.contains(where: head.starts(with:))
      || head.dropFirst(257).elementsEqual(Array("ustar".utf8))
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
