import Files
import Foundation

extension DataScan {
  /// Writes one row per file: what the scan knows of it, without identifiers.
  ///
  /// Patients and studies are numbered in order of their first file.
  ///
  /// - Throws: `ScanError`.
  package func writeCSV(to path: String) throws(ScanError) {
    var patients = Numbering()
    var studies = Numbering()
    var text = CSVLine.text(Self.columns)
    for file in files {
      text += CSVLine.text(
        Self.identity(file, patients.number(file.patient), studies.number(file.study))
          + Self.header(file) + Self.pixels(file))
    }
    do { try AtomicFile.write(text, to: path) } catch {
      throw ScanError(.file(error.reason), path: path)
    }
  }

  private static func identity(
    _ file: FileFacts, _ patient: String, _ study: String
  ) -> [String] {
    [
      FileName.shown(file.path), file.kind.rawValue, String(file.stamp.size), file.fault ?? "",
      patient, study,
    ]
  }

  private static func header(_ file: FileFacts) -> [String] {
    let header = file.header
    guard file.isImage else { return [String](repeating: "", count: 16) }
    let texts = [header.modality, header.view, header.laterality, header.bodyPart]
    return texts.map { $0 ?? "" }
      + [header.columns, header.rows, header.frames].map { String($0) }
      + [header.bits ?? "", header.photometric ?? "", header.isInverted ? "white" : "black"]
      + [header.spacingKind ?? "", header.spacing ?? "", header.windows.joined(separator: " ")]
      + [header.transferSyntax ?? "", header.grayTransforms.joined(separator: "; ")]
      + [header.irregularities.joined(separator: "; ")]
  }

  private static func pixels(_ file: FileFacts) -> [String] {
    let pixels = file.pixels
    let numbers = [pixels?.minimum, pixels?.maximum, pixels?.mean, pixels?.deviation]
    return [
      file.burnedInAnnotation ?? "", pixels.map { String($0.letters) } ?? "",
      pixels?.spread.rawValue ?? "",
    ] + numbers.map { $0.map { "\($0)" } ?? "" }
      + [pixels?.digest ?? "", file.content ?? "", file.identifiers.joined(separator: " ")]
      + [String(file.privateCount)]
  }

  private static let columns = [
    "file", "kind", "bytes", "fault", "patient", "study", "modality", "view", "laterality",
    "body_part", "columns", "rows", "frames", "bits", "photometric", "low_values", "spacing_kind",
    "spacing_mm", "windows", "transfer_syntax", "gray_values", "irregularities",
    "burned_in_annotation", "text_marks", "spread", "minimum", "maximum", "mean", "deviation",
    "pixel_digest", "file_digest", "identifiers", "private_attributes",
  ]
}

/// Numbers keys in order of their first occurrence, from 1.
private struct Numbering {
  private var numbers: [String: Int] = [:]

  mutating func number(_ key: String?) -> String {
    guard let key else { return "" }
    let number = numbers[key] ?? numbers.count + 1
    numbers[key] = number
    return "\(number)"
  }
}
