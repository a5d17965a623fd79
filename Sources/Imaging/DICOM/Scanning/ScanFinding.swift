import CDCMTK

/// What a scan finds out about one file.
struct ScanFinding: Sendable {
  struct Image: Sendable {
    var isHeadless: Bool
    var modality: String?
    var transferSyntax: String
    var photometric: String
    var bits: String
    var viewPosition: String?
    var spacing: DICOMSpacing.Kind?
    var size: String
    var applied: [String]
    var patient: String?
    var instance: String?
  }

  enum Outcome: Sendable {
    case image(Image)
    case other
    case directory
    case foreign
    case fault(DICOMError)
  }

  let path: String
  let outcome: Outcome

  init(path: String) {
    self.path = path
    do throws(DICOMError) {
      outcome = try Self.look(at: DICOMFile(contentsOf: path))
    } catch {
      outcome = error.kind == .notDICOM ? .foreign : .fault(error)
    }
  }

  private static func look(at file: DICOMFile) throws(DICOMError) -> Outcome {
    if file.contains(DICOMTag(0x0004, 0x1220)) { return .directory }
    let layout: PixelLayout
    do throws(DICOMError) {
      layout = try file.checkedLayout()
    } catch {
      if error.kind == .noPixelData { return .other }
      throw error
    }
    var applied: [String] = []
    if layout.photometric.hasPrefix("MONOCHROME") {
      switch try file.modalityTransform() {
      case .identity: break
      case .rescale: applied.append("rescale")
      case .table: applied.append("modality table")
      }
      if file.itemCount(of: .voiLUTSequence) > 0 { applied.append("VOI table") }
      if !file.windows.isEmpty { applied.append("window") }
      if layout.photometric == "MONOCHROME1" { applied.append("MONOCHROME1 inversion") }
    }
    let frames = layout.frameCount > 1 ? " x \(layout.frameCount) frames" : ""
    let stored = layout.element == .integer ? "\(layout.bitsStored)" : "float"
    return .image(
      Image(
        isHeadless: file.isHeadless, modality: file.modality,
        transferSyntax: file.transferSyntax?.name ?? "none", photometric: layout.photometric,
        bits: "\(stored) of \(layout.bitsAllocated)" + (layout.isSigned ? " signed" : ""),
        viewPosition: file.viewPosition, spacing: file.pixelSpacing?.kind,
        size: "\(layout.columns) x \(layout.rows)" + frames, applied: applied,
        patient: file.patientID, instance: file.sopInstanceUID))
  }
}
